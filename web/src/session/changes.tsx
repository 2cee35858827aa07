import { useQuery } from '@tanstack/react-query'
import type { GeneratedTest } from '@testwright/react'
import { mutantsQuery, sourceQuery } from '../api/queries'
import type { Mutant } from '../api/types'
import { Marked } from '../ui/marked'
import { words } from '../words'
import { baseName } from '../words/figures'
import { ChangedLine } from './changed-line'

/** What was done to the code on trial, what nobody noticed first. */
export function Changes({ sessionId, test }: { sessionId: string; test: GeneratedTest }) {
  const { evidence } = test
  const mutants = useQuery({ ...mutantsQuery(sessionId, test.testId), enabled: evidence.verified })
  const source = useQuery({
    ...sourceQuery(sessionId, test.filePath, test.testId),
    enabled: evidence.verified,
  })
  if (!evidence.verified) return <p className="empty">{words.changes.notRun}</p>
  if (!evidence.mutants)
    return (
      <p className="empty">
        {words.changes.noneTried} {evidence.mutantsProblem ?? words.changes.older}
      </p>
    )
  if (mutants.isError) return <p className="empty">{words.changes.unknown}</p>
  if (!mutants.data) return <p className="empty">{words.changes.fetching}</p>
  return <ChangeList file={test.filePath} code={source.data} mutants={mutants.data} />
}

interface ChangeListProps {
  file: string
  code?: string | undefined
  mutants: readonly Mutant[]
}

export function ChangeList({ file, code, mutants }: ChangeListProps) {
  const unnoticed = mutants.filter(({ status }) => status === 'survived')
  const noticed = mutants.filter(({ status }) => status === 'killed' || status === 'timed_out')
  const silent = mutants.length - unnoticed.length - noticed.length
  return (
    <div className="changes">
      <p className="verdict">
        {words.changes.broken(baseName(file), unnoticed.length + noticed.length)}{' '}
        <Marked>{words.changes.noticedSome(noticed.length)}</Marked>
      </p>
      {unnoticed.length > 0 && <ChangeTable code={code} mutants={unnoticed} />}
      {noticed.length > 0 && <ChangeTable noticed code={code} mutants={noticed} />}
      {silent > 0 && <p className="dim">{words.changes.silent(silent)}</p>}
    </div>
  )
}

function ChangeTable({
  noticed,
  code,
  mutants,
}: {
  noticed?: boolean
  code: string | undefined
  mutants: readonly Mutant[]
}) {
  return (
    <table className="ledger">
      <caption>{noticed ? words.changes.noticed : words.changes.unnoticed}</caption>
      <thead>
        <tr>
          <th scope="col" className="number">
            {words.changes.line}
          </th>
          <th scope="col">{words.changes.change}</th>
          <th scope="col">{noticed ? words.changes.by : words.changes.kind}</th>
        </tr>
      </thead>
      <tbody>
        {[...mutants]
          .sort((one, other) => one.line - other.line || one.number - other.number)
          .map(mutant => (
            <tr key={mutant.number}>
              <td className="number dim">{mutant.line}</td>
              <td className="wrap mono">
                <ChangedLine change={mutant} code={code} />
              </td>
              <td className="wrap dim" title={mutant.killers.join('\n')}>
                {mutant.status === 'survived' ? mutant.operator : noticers(mutant.killers, mutant.status)}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

function noticers(killers: readonly string[], status: Mutant['status']): string {
  const [only, ...others] = killers
  const who = only && !others.length ? only : words.figures.tests(killers.length)
  return status === 'timed_out' ? words.changes.neverEnded(who) : who
}
