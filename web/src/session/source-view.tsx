import { useQuery } from '@tanstack/react-query'
import type { FileState } from '@testwright/react'
import { type ReactNode, useMemo, useState } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import { mutantsQuery, sourceQuery, testQuery } from '../api/queries'
import type { Mutant } from '../api/types'
import { Problem, Waiting } from '../ui/problem'
import { words } from '../words'
import { change } from '../words/figures'
import { ChangedLine } from './changed-line'
import { Code } from './code'
import { heatOf, inRanges, type LineCoverage, unnoticedByLine, type View } from './heat'

const VIEWS: readonly View[] = ['before', 'after', 'new']
const NO_CHANGES: readonly Mutant[] = []

/** The code under test: which lines tests reach, and where a change to it goes unnoticed. */
export function SourceView({ sessionId, file }: { sessionId: string; file: FileState }) {
  const testId = file.test?.testId ?? ''
  const isRun = file.test?.evidence.verified === true
  const source = useQuery(sourceQuery(sessionId, file.path, testId))
  const detail = useQuery({ ...testQuery(sessionId, testId), enabled: isRun })
  const mutants = useQuery({ ...mutantsQuery(sessionId, testId), enabled: isRun })
  if (source.error) return <Problem error={source.error} onAgain={() => void source.refetch()} />
  if (source.data === undefined) return <Waiting />
  if (!isRun || !detail.data)
    return (
      <>
        {!isRun && <p className="source-head dim">{words.source.nothingRun}</p>}
        <Code code={source.data} path={file.path} />
      </>
    )
  return (
    <Heated
      code={source.data}
      file={file}
      coverage={detail.data.coverage}
      mutants={mutants.data ?? NO_CHANGES}
    />
  )
}

interface HeatedProps {
  code: string
  file: FileState
  coverage: LineCoverage
  mutants: readonly Mutant[]
}

export function Heated({ code, file, coverage, mutants }: HeatedProps) {
  const [view, setView] = useState<View>('after')
  const unnoticed = useMemo(() => unnoticedByLine(mutants), [mutants])
  const marks = useMemo(
    () =>
      new Map(
        [...heatOf(coverage, new Set(unnoticed.keys()), view)].map(([line, heat]) => [line, `heat ${heat}`]),
      ),
    [coverage, unnoticed, view],
  )
  const notes = useMemo(
    () =>
      new Map<number, ReactNode>(
        view === 'after'
          ? [...unnoticed].map(([line, found]) => [
              line,
              <Unnoticed key={line} code={code} mutants={found} />,
            ])
          : [],
      ),
    [code, unnoticed, view],
  )
  const evidence = file.test?.evidence
  const missed = view === 'before' ? missedBefore(coverage) : coverage.missed
  return (
    <>
      <div className="source-head">
        <ToggleButtonGroup
          className="decision"
          aria-label={words.source.view}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[view]}
          onSelectionChange={([chosen]) => setView(chosen as View)}
        >
          {VIEWS.map(name => (
            <ToggleButton key={name} id={name} className="button small">
              {words.source.views[name]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {evidence?.verified && (
          <span>
            {words.source.lines(change(evidence.coverage.before?.lines, evidence.coverage.after?.lines))}
          </span>
        )}
        <span className="legend" aria-hidden="true">
          <i className="heat covered" /> {words.source.covered}
          <i className="heat fresh" /> {words.source.fresh}
          <i className="heat partial" /> {words.source.partial}
          <i className="heat missed" /> {words.source.missed}
        </span>
      </div>
      <p className="hidden-label">
        {missed.length ? words.source.missedLines(inRanges(missed)) : words.source.noneMissed}
      </p>
      <Code code={code} path={file.path} marks={marks} notes={notes} />
    </>
  )
}

function missedBefore({ before, after, missed }: LineCoverage): readonly number[] {
  const known = new Set(before)
  return [...after.filter(line => !known.has(line)), ...missed]
}

function Unnoticed({ code, mutants }: { code: string; mutants: readonly Mutant[] }) {
  return (
    <span className="unnoticed">
      <b>{words.source.unnoticed(mutants.length)}</b>
      {mutants.map(mutant => (
        <span key={mutant.number} className="mono">
          <ChangedLine change={mutant} code={code} />
        </span>
      ))}
    </span>
  )
}
