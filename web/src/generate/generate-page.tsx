import { useMutation, useQuery } from '@tanstack/react-query'
import { createClient, GenerationError } from '@testwright/react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { call } from '../api/client'
import { fileQuery, frameworksQuery, modelsQuery, repositoriesQuery, treeQuery } from '../api/queries'
import type { Estimate, Repository } from '../api/types'
import { Problem } from '../ui/problem'
import { useTitle } from '../ui/use-title'
import { about, count, money } from '../ui/words'
import { FileTree } from './file-tree'
import { declaredIn, familiesOf, usualFramework } from './frameworks'
import { OptionsForm } from './options-form'
import { RepositoryPicker } from './repository-picker'
import { requestFor, usualChoices, whyNot } from './request'
import { isSource, isUntested, worthPicking } from './selection'

const client = createClient()
const NOTHING: ReadonlySet<string> = new Set()

export function GeneratePage() {
  useTitle('Generate')
  const [search, setSearch] = useSearchParams()
  const repositories = useQuery(repositoriesQuery)
  const known = repositories.data?.repositories ?? []
  const chosen = known.find(({ repositoryId }) => repositoryId === search.get('repository')) ?? newest(known)

  return (
    <div className="generate">
      <section className="head">
        <h1>{chosen ? `Generate tests for ${chosen.name}` : 'Open a folder to begin'}</h1>
        {!repositories.isPending && (
          <RepositoryPicker
            repositories={known}
            suggestions={repositories.data?.suggestions ?? []}
            chosen={chosen?.repositoryId ?? null}
            onChoose={repositoryId => setSearch({ repository: repositoryId }, { replace: true })}
          />
        )}
        {repositories.error && <Problem error={repositories.error} />}
        <ModelNotice />
      </section>
      {chosen && <Picking key={chosen.repositoryId} repository={chosen} />}
    </div>
  )
}

const newest = (repositories: readonly Repository[]): Repository | undefined =>
  [...repositories].sort((one, other) => one.createdAt.localeCompare(other.createdAt)).at(-1)

function ModelNotice() {
  const { data } = useQuery(modelsQuery)
  if (!data || data.some(({ usual, configured }) => usual && configured)) return null
  return (
    <p className="notice">
      No model is set up: the explorer runs your code and writes down what it sees.{' '}
      <span className="dim">
        Set <code>GOOGLE_API_KEY</code> for tests written by a model.
      </span>
    </p>
  )
}

function Picking({ repository: { repositoryId } }: { repository: Repository }) {
  const tree = useQuery(treeQuery(repositoryId))
  const { data: frameworks = [] } = useQuery(frameworksQuery)
  const { data: packageJson } = useQuery({
    ...fileQuery(repositoryId, 'package.json'),
    enabled: tree.data?.files.some(({ path }) => path === 'package.json') ?? false,
  })
  const [picked, setPicked] = useState(NOTHING)
  const [sought, setSought] = useState('')
  const [untestedOnly, setUntestedOnly] = useState(false)
  const [wished, setWished] = useState<Readonly<Record<string, string>>>({})
  const [choices, setChoices] = useState(usualChoices)

  const sources = useMemo(() => tree.data?.files.filter(isSource) ?? [], [tree.data])
  const shown = useMemo(() => {
    const words = sought.toLowerCase().split(/\s+/).filter(Boolean)
    return sources.filter(
      file =>
        (!untestedOnly || isUntested(file)) && words.every(word => file.path.toLowerCase().includes(word)),
    )
  }, [sources, sought, untestedOnly])
  const files = useMemo(() => sources.filter(({ path }) => picked.has(path)), [sources, picked])
  const families = useMemo(() => familiesOf(files.length ? files : sources), [files, sources])
  const declared = useMemo(() => declaredIn(packageJson), [packageJson])
  const usual = Object.fromEntries(
    families.map(family => [family.id, usualFramework(family, frameworks, { declared }) ?? '']),
  )
  const chosen = { ...usual, ...wished }
  const evidence = Object.fromEntries(
    families.flatMap(({ id }) => {
      const version = declared.get(chosen[id] ?? '')
      return version ? [[id, `Found ${chosen[id]} ${version} in package.json`]] : []
    }),
  )
  const reason = whyNot(files, chosen, choices)
  const request = requestFor(repositoryId, files, chosen, choices)
  const searchId = useId()
  const untested = sources.filter(isUntested).length

  if (tree.error) return <Problem error={tree.error} />
  return (
    <div className="picking">
      <section className="files" aria-label="Files">
        <div className="find">
          <label htmlFor={searchId} className="hidden-label">
            Find files
          </label>
          <input
            id={searchId}
            type="search"
            placeholder="Find files"
            value={sought}
            onChange={event => setSought(event.target.value)}
          />
          <button
            type="button"
            className="chip"
            aria-pressed={untestedOnly}
            onClick={() => setUntestedOnly(!untestedOnly)}
          >
            Untested <b>{untested}</b>
          </button>
          <span className="grow" />
          <span className="dim" role="status">
            {picked.size} of {sources.length} selected
          </span>
          <button
            type="button"
            className="quiet"
            disabled={!shown.length}
            onClick={() => setPicked(new Set([...picked, ...worthPicking(shown).map(({ path }) => path)]))}
          >
            Select all
          </button>
          <button type="button" className="quiet" disabled={!picked.size} onClick={() => setPicked(NOTHING)}>
            Clear
          </button>
        </div>
        {tree.isPending ? (
          <Placeholder />
        ) : (
          <FileTree files={shown} picked={picked} onPick={setPicked} searching={sought !== ''} />
        )}
      </section>
      <section className="settings" aria-label="Options">
        <OptionsForm
          families={families}
          frameworks={frameworks}
          chosen={chosen}
          evidence={evidence}
          onFramework={(family, framework) => setWished({ ...wished, [family]: framework })}
          choices={choices}
          onChoices={setChoices}
        />
        <Start request={request} reason={reason} />
      </section>
    </div>
  )
}

function Start({ request, reason }: { request: ReturnType<typeof requestFor>; reason: string | null }) {
  const [, navigate] = useLocation()
  const id = useId()
  const sameRequest = useRef({ body: '', sessionId: '' })
  const start = useMutation({
    mutationFn: () => {
      const body = JSON.stringify(request)
      // One id for one request: a second click, or a try after no answer came, starts nothing twice.
      if (sameRequest.current.body !== body) sameRequest.current = { body, sessionId: newSessionId() }
      return client.trigger({ ...request, sessionId: sameRequest.current.sessionId })
    },
    onSuccess: ({ sessionId }) => navigate(`/sessions/${sessionId}`),
  })
  const estimate = useEstimate(request, reason === null)
  const go = () => {
    if (reason === null && !start.isPending) start.mutate()
  }
  const latest = useRef(go)
  latest.current = go
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) latest.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const { error } = start

  return (
    <div className="start">
      {error && (
        <Problem error={error}>
          {error instanceof GenerationError &&
            error.fields?.map(({ path, problem }) => (
              <p key={path} className="mono">
                {path} {problem}
              </p>
            ))}
        </Problem>
      )}
      <p className="estimate">
        {request.files.length > 0 && <b>{count(request.files.length, 'file')}</b>}
        {estimate && <span>{about(estimate.seconds)}</span>}
        {estimate?.currency?.usd != null && <span>about {money(estimate.currency.usd)}</span>}
      </p>
      <button
        type="button"
        className="button primary large"
        disabled={reason !== null || start.isPending}
        aria-describedby={reason ? `${id}-reason` : undefined}
        onClick={go}
      >
        Background Generation
      </button>
      <p id={`${id}-reason`} className="dim" role="status">
        {start.isPending
          ? 'Starting…'
          : (reason ?? 'Goes on in the background, even when you close this page.')}
      </p>
      <Receiver />
    </div>
  )
}

/** Who gets to read the picked files, before they are sent. */
function Receiver() {
  const { data } = useQuery(modelsQuery)
  const usual = data?.find(({ usual, configured }) => usual && configured)
  if (!usual) return null
  return (
    <p className="dim">
      {usual.sendsTo
        ? `${usual.model} writes: the picked files, and parts of the project that they use, are sent to ${usual.sendsTo}. What looks like a secret is masked first.`
        : `${usual.model} writes, on this machine: nothing is sent anywhere.`}
    </p>
  )
}

function useEstimate(request: ReturnType<typeof requestFor>, ready: boolean): Estimate | undefined {
  const body = JSON.stringify(request)
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(ready ? body : ''), 300)
    return () => clearTimeout(timer)
  }, [body, ready])
  const { data } = useQuery({
    queryKey: ['estimate', asked],
    queryFn: () => call<Estimate>('POST', '/estimate', JSON.parse(asked)),
    enabled: asked !== '',
    retry: false,
  })
  return ready && asked ? data : undefined
}

function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `sess_${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`
}

function Placeholder() {
  return (
    <div className="placeholder" aria-hidden="true">
      {[62, 40, 55, 48, 70, 35].map(width => (
        <div key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
