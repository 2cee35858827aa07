import type { FileState } from '@testwright/react'
import { useMemo, useState } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import type { Decision, ListedTest } from '../api/types'
import { Code } from '../session/code'
import { EvidenceFacts } from '../session/evidence-card'
import { sentenceOf } from '../session/file-words'
import { PossibleBugs } from '../session/possible-bugs'
import { Track } from '../session/segments'
import { CopyButton } from '../ui/copy-button'
import { useKeys } from '../ui/keys'
import { Problem } from '../ui/problem'
import { words } from '../words'
import { change } from '../words/figures'
import { diffOf } from './diff'
import { Editor } from './editor'
import { forgetDraft, keepDraft, keptDraft } from './kept-drafts'
import { TestList } from './test-list'

export type Change = { testCode: string } | { without: readonly string[] }

interface SuitePaneProps {
  sessionId: string
  suite: ListedTest
  file: FileState | null
  running: boolean
  onDecide: (decision: Decision) => void
  /** Resolves to how many files are being verified: none when it was refused at once. */
  onVerify: (change: Change) => Promise<number>
}

export function SuitePane({ sessionId, suite, file, running, onDecide, onVerify }: SuitePaneProps) {
  const [draft, setDraft] = useState(() => keptDraft(suite.testId))
  const editing = draft !== null
  const edit = () => setDraft(keptDraft(suite.testId) ?? suite.testCode)
  const close = () => {
    forgetDraft(suite.testId)
    setDraft(null)
  }
  const verify = async (change: Change) => {
    if (!running) await onVerify(change)
  }
  useKeys({
    e: { label: words.keys.edit, run: edit },
    Escape: editing ? { label: words.review.closeEditor, run: close } : undefined,
  })
  const busy = running && file !== null && file.endedAt === null
  return (
    <>
      <div className="suite-head">
        <span className="mono path" title={suite.testFilePath}>
          {suite.testFilePath}
        </span>
        <span className="dim">{factsOf(suite).join(' · ')}</span>
        <span className="grow" />
        <ToggleButtonGroup
          className="decision"
          aria-label={words.review.decision}
          selectionMode="single"
          selectedKeys={suite.decision === 'undecided' ? [] : [suite.decision]}
          onSelectionChange={([chosen]) => onDecide((chosen as Decision | undefined) ?? suite.decision)}
        >
          <ToggleButton id="kept" className="button small" aria-keyshortcuts="a">
            {words.review.keep} <kbd>A</kbd>
          </ToggleButton>
          <ToggleButton id="rejected" className="button small" aria-keyshortcuts="x">
            {words.review.reject} <kbd>X</kbd>
          </ToggleButton>
        </ToggleButtonGroup>
        <button
          type="button"
          className="button small"
          aria-pressed={editing}
          aria-keyshortcuts="e"
          onClick={editing ? close : edit}
        >
          {editing ? words.review.closeEditor : words.review.edit} {!editing && <kbd>E</kbd>}
        </button>
        <CopyButton text={draft ?? suite.testCode} />
      </div>
      <div className="suite-body">
        {busy && file && (
          <p className="verifying" role="status">
            <Track file={file} /> {words.review.verifying(sentenceOf(file, Date.now()))}
          </p>
        )}
        {!running && file?.stage === 'failed' && file.error && <Problem error={file.error} />}
        {editing ? (
          <>
            <Editor
              path={suite.testFilePath}
              text={draft}
              onChange={text => {
                keepDraft(suite.testId, text)
                setDraft(text)
              }}
              onDone={() => void verify({ testCode: draft })}
            />
            <div className="actions edit-actions">
              <button
                type="button"
                className="button primary"
                disabled={running || draft === suite.testCode}
                onClick={() => void verify({ testCode: draft })}
              >
                {words.review.verify}
              </button>
              <span className="dim">{running ? words.review.oneRound : words.review.verifyHint}</span>
            </div>
          </>
        ) : (
          <>
            <Diff suite={suite} />
            <TestList
              key={suite.testId}
              evidence={suite.evidence}
              running={running}
              onWithout={names => void verify({ without: names })}
            />
            <EvidenceFacts evidence={suite.evidence} />
            {(suite.evidence.suspects ?? 0) > 0 && <PossibleBugs sessionId={sessionId} test={suite} />}
          </>
        )}
      </div>
    </>
  )
}

function Diff({ suite }: { suite: ListedTest }) {
  const [whole, setWhole] = useState(false)
  const { added, shown, gaps } = useMemo(() => diffOf(suite), [suite])
  const marks = useMemo(() => new Map([...added].map(line => [line, 'added'])), [added])
  const notes = useMemo(
    () =>
      new Map(
        whole
          ? []
          : [...gaps].map(([line, number]) => [
              line,
              <span key={line} className="gap">
                {words.review.gap(number)}
              </span>,
            ]),
      ),
    [gaps, whole],
  )
  return (
    <div className="diff">
      <Code
        code={suite.testCode}
        path={suite.testFilePath}
        marks={marks}
        notes={notes}
        shown={whole ? null : shown}
      />
      {gaps.size > 0 && (
        <button type="button" className="quiet" onClick={() => setWhole(!whole)}>
          {whole ? words.review.onlyNew : words.review.whole}
        </button>
      )}
    </div>
  )
}

/** What decides, in a line: the rest stands below the code. */
function factsOf({ evidence, revision }: ListedTest): readonly string[] {
  const place = evidence.verified && evidence.addedTo ? words.review.addedTo : words.review.newFile
  const where = revision > 1 ? `${place}, ${words.review.revision(revision)}` : place
  if (!evidence.verified) return [where, words.review.notVerified]
  const { testCount, passedRuns, runs, coverage, mutants } = evidence
  return [
    where,
    words.session.testsAndRuns(testCount, passedRuns, runs),
    words.source.lines(change(coverage.before?.lines, coverage.after?.lines)),
    ...(mutants ? [words.review.noticesOf(mutants.killed, mutants.sampled)] : []),
  ]
}
