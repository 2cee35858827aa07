import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { fileQuery, frameworksQuery, treeQuery } from '../api/queries'
import type { Tree } from '../api/types'
import { useKeys } from '../ui/keys'
import { Problem, Waiting } from '../ui/problem'
import { words } from '../words'
import { type Chosen, keysFor, PRESETS, type Preset, readChosen, writeChosen } from './address'
import { FileTree } from './file-tree'
import { declaredIn, familiesOf, usualFramework } from './frameworks'
import { OptionsForm } from './options-form'
import { type Choices, commandFor, requestFor, usualIn, whyNot } from './request'
import { isChanged, isLow, isSource, isUntested, treeOf, worthPicking } from './selection'
import { Start } from './start'

const KEPT_AFTER_MS = 250
const BELONGS: Record<Preset, typeof isSource> = { changed: isChanged, untested: isUntested, low: isLow }

export function Picking({ repositoryId }: { repositoryId: string }) {
  const tree = useQuery(treeQuery(repositoryId))
  if (tree.error) return <Problem error={tree.error} onAgain={() => void tree.refetch()} />
  if (!tree.data) return <Waiting />
  return <Picked repositoryId={repositoryId} tree={tree.data} />
}

function Picked({ repositoryId, tree }: { repositoryId: string; tree: Tree }) {
  const sources = useMemo(() => tree.files.filter(isSource), [tree])
  const nodes = useMemo(() => treeOf(sources), [sources])
  const usual = useMemo(() => usualIn(tree), [tree])
  const [chosen, setChosen] = useChosen(repositoryId, nodes, usual)
  const { picked, sought, presets, choices } = chosen
  const { data: frameworks = [] } = useQuery(frameworksQuery)
  const declared = useDeclared(repositoryId, tree)

  const wanted = useDeferredValue(sought)
  const shown = useMemo(() => {
    const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean)
    return sources.filter(
      file =>
        [...presets].every(preset => BELONGS[preset](file)) &&
        parts.every(part => file.path.toLowerCase().includes(part)),
    )
  }, [sources, wanted, presets])
  const files = useMemo(() => sources.filter(({ path }) => picked.has(path)), [sources, picked])
  const families = useMemo(() => familiesOf(files.length ? files : sources), [files, sources])
  const found = { used: tree.frameworks ?? {} }
  const names = Object.fromEntries(
    families.map(family => [
      family.id,
      chosen.frameworks[family.id] ?? usualFramework(family, frameworks, found) ?? '',
    ]),
  )
  const evidence = Object.fromEntries(
    families.flatMap(({ id, languages }) => {
      const name = names[id] ?? ''
      const version = declared.get(name)
      if (version) return [[id, words.generate.foundDeclared(name, version)]]
      return languages.some(language => tree.frameworks?.[language] === name)
        ? [[id, words.generate.foundUsed(name)]]
        : []
    }),
  )
  return (
    <div className="picking">
      <section className="files" aria-label={words.generate.files}>
        <Find chosen={chosen} sources={sources} shown={shown} onChosen={setChosen} />
        {sources.length ? (
          <FileTree
            files={shown}
            picked={picked}
            onPick={next => setChosen({ ...chosen, picked: next })}
            searching={wanted !== '' || presets.size > 0}
          />
        ) : (
          <p className="empty">{words.generate.noSources}</p>
        )}
      </section>
      <section className="settings" aria-label={words.generate.options}>
        {tree.configProblem && <Problem error={{ message: tree.configProblem }} />}
        <OptionsForm
          families={families}
          frameworks={frameworks}
          chosen={names}
          evidence={evidence}
          onFramework={(family, framework) =>
            setChosen({ ...chosen, frameworks: { ...chosen.frameworks, [family]: framework } })
          }
          choices={choices}
          onChoices={next => setChosen({ ...chosen, choices: next })}
        />
        <Start
          request={requestFor(repositoryId, files, names, choices)}
          reason={whyNot(files, names, choices)}
          command={
            files.length ? commandFor(keysFor(nodes, picked), chosen.frameworks, choices, usual) : null
          }
        />
      </section>
    </div>
  )
}

/** State of the page that the address follows, a moment later. */
function useChosen(repositoryId: string, nodes: ReturnType<typeof treeOf>, usual: Choices) {
  const [search, setSearch] = useSearchParams()
  const [chosen, setChosen] = useState(() => readChosen(search, nodes, usual))
  const put = useRef(setSearch)
  put.current = setSearch
  useEffect(() => {
    // Once for each change: `setSearch` is another function in each render, and each address makes one.
    const timer = setTimeout(
      () => put.current(writeChosen(repositoryId, chosen, nodes, usual), { replace: true }),
      KEPT_AFTER_MS,
    )
    return () => clearTimeout(timer)
  }, [chosen, repositoryId, nodes, usual])
  return [chosen, setChosen] as const
}

function useDeclared(repositoryId: string, tree: Tree): ReadonlyMap<string, string> {
  const { data } = useQuery({
    ...fileQuery(repositoryId, 'package.json'),
    enabled: tree.files.some(({ path }) => path === 'package.json'),
  })
  return useMemo(() => declaredIn(data), [data])
}

interface FindProps {
  chosen: Chosen
  sources: Tree['files']
  shown: Tree['files']
  onChosen: (chosen: Chosen) => void
}

function Find({ chosen, sources, shown, onChosen }: FindProps) {
  const id = useId()
  const { picked, presets, sought } = chosen
  const counts = useMemo(
    () => PRESETS.map(preset => ({ preset, number: sources.filter(BELONGS[preset]).length })),
    [sources],
  )
  useKeys({ '/': { label: words.generate.findFiles, run: () => document.getElementById(id)?.focus() } })
  const toggle = (preset: Preset) => {
    const next = new Set(presets)
    if (!next.delete(preset)) next.add(preset)
    onChosen({ ...chosen, presets: next })
  }
  return (
    <div className="find">
      <label htmlFor={id} className="hidden-label">
        {words.generate.findFiles}
      </label>
      <input
        id={id}
        type="search"
        placeholder={words.generate.findFiles}
        value={sought}
        onChange={event => onChosen({ ...chosen, sought: event.target.value })}
      />
      {counts
        .filter(({ preset, number }) => number > 0 || presets.has(preset))
        .map(({ preset, number }) => (
          <button
            key={preset}
            type="button"
            className="chip"
            title={words.generate.presetHints[preset]}
            aria-pressed={presets.has(preset)}
            onClick={() => toggle(preset)}
          >
            {words.generate.presets[preset]} <b>{number}</b>
          </button>
        ))}
      <span className="grow" />
      <span className="dim" role="status">
        {words.generate.selected(picked.size, sources.length)}
      </span>
      <button
        type="button"
        className="quiet"
        disabled={!shown.length}
        onClick={() =>
          onChosen({
            ...chosen,
            picked: new Set([...picked, ...worthPicking(shown).map(({ path }) => path)]),
          })
        }
      >
        {words.generate.selectAll}
      </button>
      <button
        type="button"
        className="quiet"
        disabled={!picked.size}
        onClick={() => onChosen({ ...chosen, picked: new Set() })}
      >
        {words.generate.clear}
      </button>
    </div>
  )
}
