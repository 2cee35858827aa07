import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { repositoriesQuery, sessionsQuery } from '../api/queries'
import type { SessionListed } from '../api/types'
import { Glyph, type GlyphName } from '../ui/glyph'
import { Problem } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useTitle } from '../ui/use-title'
import { count, DASH, percent, when } from '../words/figures'

const LOOKS: Record<SessionListed['status'], { glyph: GlyphName; word: string }> = {
  pending: { glyph: 'queued', word: 'Waiting to start' },
  processing: { glyph: 'active', word: 'Running' },
  completed: { glyph: 'done', word: 'Ready' },
  partial: { glyph: 'partial', word: 'Partly ready' },
  failed: { glyph: 'failed', word: 'Needs you' },
  cancelled: { glyph: 'stopped', word: 'Stopped' },
}

export function SessionsPage() {
  useTitle('Sessions')
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(sessionsQuery)
  const { data: known } = useQuery(repositoriesQuery)
  const sessions = data?.pages.flatMap(page => page.sessions) ?? []
  const live = sessions.filter(({ status }) => status === 'pending' || status === 'processing').length
  const now = useNow(live > 0)
  const nameOf = (id: string) =>
    known?.repositories.find(({ repositoryId }) => repositoryId === id)?.name ?? id
  return (
    <div className="page wide">
      <div className="head-line">
        <h1>Sessions</h1>
        {live > 0 && <span className="connection open">{live} running</span>}
      </div>
      {error && <Problem error={error} />}
      {!isPending && !error && !sessions.length && (
        <p className="empty">
          No sessions yet. <Link href="/">Pick files to begin.</Link>
        </p>
      )}
      {sessions.length > 0 && (
        <table className="ledger sessions-table">
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">Files</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Tests
              </th>
              <th scope="col" className="number lesser">
                Lines, %
              </th>
              <th scope="col" className="lesser">
                Writer
              </th>
              <th scope="col" className="number">
                Started
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(session => (
              <Row key={session.sessionId} session={session} name={nameOf(session.repositoryId)} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show older sessions
        </button>
      )}
    </div>
  )
}

function Row({ session, name, now }: { session: SessionListed; name: string; now: number }) {
  const { summary, status, progress, completedFiles, totalFiles } = session
  const running = status === 'processing' || status === 'pending'
  // The state is the newest round's: a retry of one file may have ended well while others still have no suite.
  const some = (status === 'completed' || status === 'partial') && completedFiles < totalFiles
  const { glyph, word } = LOOKS[some ? 'partial' : status]
  return (
    <tr>
      <td>
        <span className="file-cell">
          <Glyph name={glyph} />
          <Link href={`/sessions/${session.sessionId}`}>{name}</Link>
          <span className="mono dim id">{session.sessionId}</span>
        </span>
      </td>
      <td>{count(totalFiles, 'file')}</td>
      <td>
        {running ? (
          <span className="stage-cell">
            <progress max={100} value={progress} aria-label={`Progress of ${name}`} />
            {progress}%
          </span>
        ) : (
          <span className={status === 'failed' ? 'sentence failed' : undefined}>
            {some ? `${completedFiles} of ${totalFiles} ready` : word}
          </span>
        )}
      </td>
      <td className="number">{summary?.totalTestCount ?? DASH}</td>
      <td className="number mono lesser">{percent(summary?.averageCoverage)}</td>
      <td className="dim lesser">{session.model ?? session.writer}</td>
      <td className="number dim">
        <time dateTime={session.createdAt}>{when(session.createdAt, now)}</time>
      </td>
    </tr>
  )
}
