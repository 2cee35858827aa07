import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { githubQuery } from '../api/queries'
import { Problem, Waiting } from '../ui/problem'
import { words } from '../words'

interface GitHubListProps {
  isBusy: boolean
  onOpen: (gitUrl: string) => void
}

/** What the installation's token may see, private repositories included. */
export function GitHubList({ isBusy, onOpen }: GitHubListProps) {
  const [wanted, setWanted] = useState('')
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } =
    useInfiniteQuery(githubQuery)
  if (isPending) return <Waiting />
  if (error) return <Problem error={error} onAgain={() => refetch()} />
  const all = data.pages.flatMap(page => page.repositories)
  const found = all.filter(({ repository }) => repository.toLowerCase().includes(wanted.toLowerCase()))
  if (!all.length) return <p>{words.generate.noRepository}</p>
  return (
    <div className="github-list">
      <input
        value={wanted}
        onChange={event => setWanted(event.target.value)}
        placeholder={words.generate.findRepository}
        aria-label={words.generate.findRepository}
        autoComplete="off"
        spellCheck={false}
      />
      <ul className="suggestions" aria-label={words.generate.onGitHub}>
        {found.map(({ repository, gitUrl, private: isPrivate }) => (
          <li key={gitUrl}>
            <button type="button" disabled={isBusy} onClick={() => onOpen(gitUrl)}>
              <b>{repository}</b>
              <span className="mono dim">{isPrivate && words.generate.privateRepository}</span>
              <span className="open" aria-hidden="true">
                {words.generate.open}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={isFetchingNextPage}
          onClick={() => fetchNextPage()}
        >
          {words.generate.moreRepositories}
        </button>
      )}
    </div>
  )
}
