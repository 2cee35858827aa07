import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { repositoriesQuery } from '../api/queries'
import { Problem, Waiting } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { when } from '../words/figures'

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
                {words.repository.since}
              </th>
            </tr>
          </thead>
          <tbody>
            {repositories.map(({ repositoryId, name, createdAt }) => (
              <tr key={repositoryId}>
                <td>
                  <span className="file-cell">
                    <Link href={`/repositories/${repositoryId}`}>{name}</Link>
                  </span>
                </td>
                <td className="number dim">
                  <time dateTime={createdAt}>{when(createdAt, now)}</time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
