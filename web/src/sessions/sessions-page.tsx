import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { repositoriesQuery, sessionsQuery } from '../api/queries'
import type { SessionListed } from '../api/types'
import { Glyph, type GlyphName } from '../ui/glyph'
import { Problem } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { DASH, percent, when } from '../words/figures'

const GLYPHS: Record<SessionListed['status'], GlyphName> = {
  pending: 'queued',
  processing: 'active',
  completed: 'done',
  partial: 'partial',
  failed: 'failed',
  cancelled: 'stopped',
}

export function SessionsPage() {
  useTitle(words.app.sessions)
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(sessionsQuery)
  const { data: known } = useQuery(repositoriesQuery)
  const sessions = data?.pages.flatMap(page => page.sessions) ?? []
  const live = sessions.filter(({ status }) => status === 'pending' || status === 'processing').length
  const now = useNow(live > 0)
  const said = words.sessions
  const nameOf = (id: string) =>
    known?.repositories.find(({ repositoryId }) => repositoryId === id)?.name ?? id
  return (
    <div className="page wide">
      <div className="head-line">
        <h1>{words.app.sessions}</h1>
        {live > 0 && <span className="connection open">{said.running(live)}</span>}
      </div>
      {error && <Problem error={error} />}
      {!isPending && !error && !sessions.length && (
        <p className="empty">
          {said.none} <Link href="/">{said.begin}</Link>
        </p>
      )}
      {sessions.length > 0 && (
        <table className="ledger sessions-table">
          <thead>
            <tr>
              <th scope="col">{said.session}</th>
              <th scope="col">{said.files}</th>
              <th scope="col">{said.state}</th>
              <th scope="col" className="number">
                {said.tests}
              </th>
              <th scope="col" className="number lesser">
                {said.linesPercent}
              </th>
              <th scope="col" className="lesser">
                {said.writer}
              </th>
              <th scope="col" className="number">
                {said.started}
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
          {said.older}
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
  return (
    <tr>
      <td>
        <span className="file-cell">
          <Glyph name={GLYPHS[some ? 'partial' : status]} />
          <Link href={`/sessions/${session.sessionId}`}>{name}</Link>
          <span className="mono dim id">{session.sessionId}</span>
        </span>
      </td>
      <td>{words.figures.files(totalFiles)}</td>
      <td>
        {running ? (
          <span className="stage-cell">
            <progress max={100} value={progress} aria-label={words.sessions.progressOf(name)} />
            {words.figures.percent(percent(progress))}
          </span>
        ) : (
          <span className={status === 'failed' ? 'sentence failed' : undefined}>
            {some ? words.sessions.someReady(completedFiles, totalFiles) : words.sessions.states[status]}
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
