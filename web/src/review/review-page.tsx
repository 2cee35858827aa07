import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useBackgroundTestGeneration } from '@testwright/react'
import { useEffect } from 'react'
import { Link, useSearchParams } from 'wouter'
import { call } from '../api/client'
import { sessionQuery, testAddress, testsQuery } from '../api/queries'
import type { Decision, ListedTest } from '../api/types'
import { TakeAway } from '../session/take-away'
import { Glyph, type GlyphName } from '../ui/glyph'
import { useKeys } from '../ui/keys'
import { Problem, Waiting } from '../ui/problem'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { baseName, folderOf } from '../words/figures'
import { diffOf } from './diff'
import { type Change, SuitePane } from './suite-pane'
import { useDecisions } from './use-decisions'

const GLYPHS: Record<Decision, GlyphName> = { kept: 'done', rejected: 'failed', undecided: 'queued' }

export function ReviewPage({ sessionId }: { sessionId: string }) {
  useTitle(words.review.title)
  const [search, setSearch] = useSearchParams()
  const queryClient = useQueryClient()
  const detail = useQuery(sessionQuery(sessionId))
  const { tests, decide, error } = useDecisions(sessionId)
  const generation = useBackgroundTestGeneration({ resume: sessionId })
  const { generatedTests, isGenerating } = generation
  const suites = tests.data?.filter(({ testCode }) => testCode) ?? []
  const selected = suites.find(({ filePath }) => filePath === search.get('file')) ?? suites[0]
  const show = (test: ListedTest | undefined) => {
    if (test) setSearch({ file: test.filePath }, { replace: true })
  }
  const move = (step: number) => {
    const at = selected ? suites.indexOf(selected) : 0
    const next = suites[Math.min(suites.length - 1, Math.max(0, at + step))]
    show(next)
    if (next) document.getElementById(`suite-${next.testId}`)?.scrollIntoView({ block: 'nearest' })
  }
  const toggle = (decision: Decision) => {
    if (selected) decide(selected.testId, selected.decision === decision ? 'undecided' : decision)
  }
  useKeys({
    j: { label: words.keys.next, run: () => move(1) },
    k: { label: words.keys.previous, run: () => move(-1) },
    a: { label: words.keys.keep, run: () => toggle('kept') },
    x: { label: words.keys.reject, run: () => toggle('rejected') },
  })
  // Each delivered suite is a newer one than what was listed before.
  const newest = generatedTests.map(({ testId }) => testId).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when a suite came.
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: testsQuery(sessionId).queryKey })
  }, [newest, sessionId, queryClient])
  const verify = (test: ListedTest, change: Change) =>
    generation.furtherRound([test.filePath], () => call('PATCH', testAddress(sessionId, test.testId), change))

  if (tests.error || detail.error)
    return (
      <div className="page">
        <h1 className="hidden-label">{words.review.title}</h1>
        <Problem error={tests.error ?? detail.error ?? { message: '' }} onAgain={() => void tests.refetch()}>
          <Link className="button" href="/sessions">
            {words.app.allSessions}
          </Link>
        </Problem>
      </div>
    )
  return (
    <div className="session review">
      <section className="head">
        <div className="head-line">
          <div>
            <h1>{words.review.title}</h1>
            <p className="dim" role="status">
              {tests.data && summaryOf(suites)}
            </p>
          </div>
          <div className="actions">
            <Link className="button" href={`/sessions/${sessionId}`}>
              {words.review.back}
            </Link>
          </div>
        </div>
        {detail.data && suites.length > 0 && <TakeAway detail={detail.data} />}
        {error && <Problem error={error} />}
      </section>
      {tests.isPending && <Waiting />}
      {tests.data && !suites.length && (
        <p className="empty">{isGenerating ? words.review.notYet : words.review.nothing}</p>
      )}
      {selected && (
        <div className="panes">
          <nav className="left suites" aria-label={words.review.suites}>
            <ul>
              {suites.map(suite => (
                <li key={suite.testId} id={`suite-${suite.testId}`}>
                  <SuiteRow suite={suite} selected={suite === selected} onSelect={() => show(suite)} />
                </li>
              ))}
            </ul>
          </nav>
          <section className="right" aria-label={words.review.suite(selected.testFilePath)}>
            <SuitePane
              key={selected.filePath}
              sessionId={sessionId}
              suite={selected}
              file={generation.files[selected.filePath] ?? null}
              running={isGenerating}
              onDecide={toggle}
              onVerify={change => verify(selected, change)}
            />
          </section>
        </div>
      )}
    </div>
  )
}

interface SuiteRowProps {
  suite: ListedTest
  selected: boolean
  onSelect: () => void
}

function SuiteRow({ suite, selected, onSelect }: SuiteRowProps) {
  return (
    <button type="button" aria-current={selected ? 'true' : undefined} onClick={onSelect}>
      <Glyph name={GLYPHS[suite.decision]} />
      <span className="file-name">
        <span className="folder">{folderOf(suite.testFilePath)}</span>
        <span className="base">{baseName(suite.testFilePath)}</span>
      </span>
      <span className="grow" />
      <span className="dim">{words.review.decisions[suite.decision]}</span>
      <span className="mono added-count">+{diffOf(suite).added.size}</span>
    </button>
  )
}

function summaryOf(suites: readonly ListedTest[]): string {
  const number = (wanted: Decision) => suites.filter(({ decision }) => decision === wanted).length
  const lines = suites
    .filter(({ decision }) => decision !== 'rejected')
    .reduce((sum, suite) => sum + diffOf(suite).added.size, 0)
  return words.review.summary(suites.length, number('kept'), number('undecided'), number('rejected'), lines)
}
