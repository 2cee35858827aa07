import { useQuery } from '@tanstack/react-query'
import type { GeneratedTest } from '@testwright/react'
import { suspectsQuery } from '../api/queries'
import type { Suspect } from '../api/types'
import { CopyButton } from '../ui/copy-button'
import { count } from '../words/figures'
import { Code } from './code'

/** Where the code contradicts what it says of itself: shown, never applied. */
export function PossibleBugs({ sessionId, test }: { sessionId: string; test: GeneratedTest }) {
  const number = test.evidence.suspects ?? 0
  const suspects = useQuery({ ...suspectsQuery(sessionId, test.testId), enabled: number > 0 })
  if (number === 0)
    return <p className="empty">Nothing was seen in which the code contradicts its own words.</p>
  if (suspects.isError) return <p className="empty">The list did not arrive. Open the tab again.</p>
  if (!suspects.data) return <p className="empty">Fetching the possible bugs…</p>
  return <SuspectList path={test.testFilePath} suspects={suspects.data} />
}

export function SuspectList({ path, suspects }: { path: string; suspects: readonly Suspect[] }) {
  return (
    <div className="suspects">
      <p className="verdict">
        <b>{count(suspects.length, 'possible bug')}</b>: code and {sources(suspects)} disagree. The tests are
        kept here, and never applied by themselves.
      </p>
      {suspects.map(suspect => (
        <SuspectCard key={suspect.name} path={path} suspect={suspect} />
      ))}
    </div>
  )
}

function SuspectCard({ path, suspect }: { path: string; suspect: Suspect }) {
  const { symbol, line, input, expected, observed, because, testCode, markedCode } = suspect
  return (
    <section>
      <h2 className="mono wrap">
        {symbol} <span className="dim">line {line}</span> <span className="badge">{WORDS[because.kind]}</span>
      </h2>
      <dl>
        <div>
          <dt>Call</dt>
          <dd className="mono wrap">{input}</dd>
        </div>
        <div>
          <dt>Gives</dt>
          <dd className="mono wrap">{observed}</dd>
        </div>
        <div>
          <dt>Expected</dt>
          <dd className="mono wrap">{expected}</dd>
        </div>
        <div>
          <dt>Because</dt>
          <dd className="wrap">
            {because.text}{' '}
            <span className="dim">
              {because.path ? `${because.path}, ` : ''}line {because.line}
            </span>
          </dd>
        </div>
      </dl>
      <div className="actions">
        <CopyButton text={testCode} label="Copy the test" />
        <CopyButton text={markedCode} label="Copy as a test that is expected to fail" />
      </div>
      <Code code={testCode} path={path} label={`The test: ${suspect.name}`} />
    </section>
  )
}

const WORDS: Readonly<Record<Suspect['because']['kind'], string>> = {
  doc: 'documentation',
  example: 'documented example',
  type: 'type',
  name: 'name',
  caller: 'caller',
  value: 'result',
}

function sources(suspects: readonly Suspect[]): string {
  const words = [
    ...new Set(
      suspects.map(({ because }) => (because.kind === 'value' ? 'common sense' : WORDS[because.kind])),
    ),
  ]
  return words.length < 2 ? (words[0] ?? 'name') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
