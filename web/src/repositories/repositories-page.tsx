import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { historyQuery, repositoriesQuery } from '../api/queries'
import type { Repository } from '../api/types'
import { Problem, Waiting } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { change, DASH, when } from '../words/figures'

export function RepositoriesPage() {
  useTitle(words.app.repositories)
  const now = useNow(false)
  const { data, error, isPending, refetch } = useQuery(repositoriesQuery)
  const repositories = data?.repositories ?? []
  return (
    <div className="page wide">
      <h1>{words.app.repositories}</h1>
      {error && <Problem error={error} onAgain={() => void refetch()} />}
      {isPending && <Waiting />}
      {data && !repositories.length && (
        <p className="empty">
          {words.repository.none} <Link href="/">{words.generate.begin}</Link>
        </p>
      )}
      {repositories.length > 0 && (
        <table className="ledger sessions-table">
          <thead>
            <tr>
              <th scope="col">{words.generate.folder}</th>
              <th scope="col" className="number">
                {words.repository.linesPercent}
              </th>
              <th scope="col" className="number">
                {words.repository.noticedOf}
              </th>
              <th scope="col" className="number">
                {words.repository.since}
              </th>
            </tr>
          </thead>
          <tbody>
            {repositories.map(repository => (
              <Row key={repository.repositoryId} repository={repository} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

/** With what its newest session found; what is not known yet is a dash. */
function Row({ repository, now }: { repository: Repository; now: number }) {
  const { repositoryId, name, createdAt } = repository
  const { data } = useQuery(historyQuery(repositoryId))
  const newest = data?.sessions.at(-1)
  return (
    <tr>
      <td>
        <span className="file-cell">
          <Link href={`/repositories/${repositoryId}`}>{name}</Link>
        </span>
      </td>
      <td className="number mono">{newest ? change(newest.linesBefore, newest.linesAfter) : DASH}</td>
      <td className="number">{newest?.tried ? `${newest.noticed}/${newest.tried}` : DASH}</td>
      <td className="number dim">
        <time dateTime={createdAt}>{when(createdAt, now)}</time>
      </td>
    </tr>
  )
}
