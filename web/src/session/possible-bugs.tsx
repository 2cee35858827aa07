import { useQuery } from '@tanstack/react-query'
import type { GeneratedTest } from '@testwright/react'
import { suspectsQuery } from '../api/queries'
import type { Suspect } from '../api/types'
import { CopyButton } from '../ui/copy-button'
import { Marked } from '../ui/marked'
import { words } from '../words'
import { Code } from './code'

/** Where the code contradicts what it says of itself: shown, never applied. */
export function PossibleBugs({ sessionId, test }: { sessionId: string; test: GeneratedTest }) {
  const number = test.evidence.suspects ?? 0
  const suspects = useQuery({ ...suspectsQuery(sessionId, test.testId), enabled: number > 0 })
  if (number === 0) return <p className="empty">{words.bugs.none}</p>
  if (suspects.isError) return <p className="empty">{words.bugs.unknown}</p>
  if (!suspects.data) return <p className="empty">{words.bugs.fetching}</p>
  return <SuspectList path={test.testFilePath} suspects={suspects.data} />
}

export function SuspectList({ path, suspects }: { path: string; suspects: readonly Suspect[] }) {
  return (
    <div className="suspects">
      <p className="verdict">
        <Marked>{words.bugs.found(suspects.length, words.bugs.or(sources(suspects)))}</Marked>
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
        {symbol} <span className="dim">{words.bugs.line(line)}</span>{' '}
        <span className="badge">{words.bugs.kinds[because.kind]}</span>
      </h2>
      <dl>
        <div>
          <dt>{words.bugs.call}</dt>
          <dd className="mono wrap">{input}</dd>
        </div>
        <div>
          <dt>{words.bugs.gives}</dt>
          <dd className="mono wrap">{observed}</dd>
        </div>
        <div>
          <dt>{words.bugs.expected}</dt>
          <dd className="mono wrap">{expected}</dd>
        </div>
        <div>
          <dt>{words.bugs.because}</dt>
          <dd className="wrap">
            {because.text}{' '}
            <span className="dim">
              {because.path && `${because.path}, `}
              {words.bugs.line(because.line)}
            </span>
          </dd>
        </div>
      </dl>
      <div className="actions">
        <CopyButton text={testCode} label={words.bugs.copy} />
        <CopyButton text={markedCode} label={words.bugs.copyMarked} />
      </div>
      <Code code={testCode} path={path} label={words.bugs.test(suspect.name)} />
    </section>
  )
}

/** Each once; what no words of the code speak of is common sense. */
function sources(suspects: readonly Suspect[]): string[] {
  const { kinds, commonSense } = words.bugs
  return [
    ...new Set(suspects.map(({ because }) => (because.kind === 'value' ? commonSense : kinds[because.kind]))),
  ]
}
