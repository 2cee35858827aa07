import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { modelsQuery, repositoriesQuery } from '../api/queries'
import type { Repository } from '../api/types'
import { Hint, Problem } from '../ui/problem'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { Picking } from './picking'
import { RepositoryPicker } from './repository-picker'

export function GeneratePage() {
  useTitle(words.app.generate)
  const [search, setSearch] = useSearchParams()
  const repositories = useQuery(repositoriesQuery)
  const known = repositories.data?.repositories ?? []
  const chosen = known.find(({ repositoryId }) => repositoryId === search.get('repository')) ?? newest(known)

  return (
    <div className="generate">
      <section className="head">
        <div className="head-line">
          <h1>{chosen ? words.generate.title(chosen.name) : words.generate.begin}</h1>
          {chosen && (
            <Link className="button" href={`/repositories/${chosen.repositoryId}`}>
              {words.generate.history}
            </Link>
          )}
        </div>
        {!repositories.isPending && (
          <RepositoryPicker
            repositories={known}
            suggestions={repositories.data?.suggestions ?? []}
            chosen={chosen?.repositoryId ?? null}
            onChoose={repositoryId => setSearch({ repository: repositoryId }, { replace: true })}
          />
        )}
        {repositories.error && (
          <Problem error={repositories.error} onAgain={() => void repositories.refetch()} />
        )}
        <ModelNotice />
      </section>
      {chosen && <Picking key={chosen.repositoryId} repositoryId={chosen.repositoryId} />}
    </div>
  )
}

const newest = (repositories: readonly Repository[]): Repository | undefined =>
  [...repositories].sort((one, other) => one.createdAt.localeCompare(other.createdAt)).at(-1)

function ModelNotice() {
  const { data } = useQuery(modelsQuery)
  const usual = data?.find(each => each.usual)
  if (!usual || usual.configured) return null
  return (
    <div className="notice">
      {words.generate.noModel} <Hint>{words.generate.setKey}</Hint>
    </div>
  )
}
