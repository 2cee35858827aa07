import { useQuery } from '@tanstack/react-query'
import type { GeneratedTest } from '@testwright/react'
import { mutantsQuery } from '../api/queries'
import type { Mutant } from '../api/types'
import { baseName, count } from '../words/figures'

/** What was done to the code on trial, what nobody noticed first. */
export function Changes({ sessionId, test }: { sessionId: string; test: GeneratedTest }) {
  const { evidence } = test
  const mutants = useQuery({ ...mutantsQuery(sessionId, test.testId), enabled: evidence.verified })
  if (!evidence.verified) return <p className="empty">Nobody has run this suite, so nothing was tried.</p>
  if (!evidence.mutants)
    return (
      <p className="empty">
        No change to the code was tried.{' '}
        {evidence.mutantsProblem ?? 'This suite is from before that was done.'}
      </p>
    )
  if (mutants.isError) return <p className="empty">The list of changes did not arrive. Open the tab again.</p>
  if (!mutants.data) return <p className="empty">Fetching the list of changes…</p>
  return <ChangeList file={test.filePath} mutants={mutants.data} />
}

export function ChangeList({ file, mutants }: { file: string; mutants: readonly Mutant[] }) {
  const unnoticed = mutants.filter(({ status }) => status === 'survived')
  const noticed = mutants.filter(({ status }) => status === 'killed' || status === 'timed_out')
  const silent = mutants.length - unnoticed.length - noticed.length
  return (
    <div className="changes">
      <p className="verdict">
        {baseName(file)} was broken in {count(unnoticed.length + noticed.length, 'small way')}, one at a time.
        The tests noticed <b>{noticed.length}</b>.
      </p>
      {unnoticed.length > 0 && <ChangeTable title="Goes unnoticed" mutants={unnoticed} />}
      {noticed.length > 0 && <ChangeTable title="Noticed" mutants={noticed} />}
      {silent > 0 && (
        <p className="dim">
          {count(silent, 'further change')} could not be tried, or no test runs the place; they count for
          nothing.
        </p>
      )}
    </div>
  )
}

function ChangeTable({ title, mutants }: { title: string; mutants: readonly Mutant[] }) {
  return (
    <table className="ledger">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col" className="number">
            Line
          </th>
          <th scope="col">Change</th>
          <th scope="col">{title === 'Noticed' ? 'By' : 'Kind'}</th>
        </tr>
      </thead>
      <tbody>
        {[...mutants]
          .sort((one, other) => one.line - other.line || one.number - other.number)
          .map(({ number, line, before, after, operator, status, killers }) => (
            <tr key={number}>
              <td className="number dim">{line}</td>
              <td className="wrap mono">
                <del>{before}</del> → <ins>{after}</ins>
              </td>
              <td className="wrap dim" title={killers.join('\n')}>
                {status === 'survived' ? operator : who(killers, status)}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

function who(killers: readonly string[], status: Mutant['status']): string {
  const slow = status === 'timed_out' ? 'never ended: ' : ''
  return `${slow}${killers.length === 1 ? killers[0] : count(killers.length, 'test')}`
}
