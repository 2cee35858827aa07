import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { historyQuery, repositoryQuery, treeQuery } from '../api/queries'
import type { SessionFigures, TreeFile } from '../api/types'
import { isSource } from '../generate/selection'
import { Problem, Waiting } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { baseName, change, DASH, folderOf, percent, when } from '../words/figures'
import { Trend } from './trend'

const MOST_FILES = 20

export function RepositoryPage({ repositoryId }: { repositoryId: string }) {
  const repository = useQuery(repositoryQuery(repositoryId))
  const history = useQuery(historyQuery(repositoryId))
  const tree = useQuery(treeQuery(repositoryId))
  useTitle(repository.data?.name ?? words.app.repositories)
  const error = repository.error ?? history.error
  const sessions = history.data?.sessions ?? []
  const sources = tree.data?.files.filter(isSource) ?? []
  return (
    <div className="page wide">
      <div className="head-line">
        <h1>{repository.data?.name ?? words.app.repositories}</h1>
        <Link className="button primary" href={`/?repository=${encodeURIComponent(repositoryId)}`}>
          {words.app.nowhereElse}
        </Link>
      </div>
      {error && <Problem error={error} onAgain={() => void history.refetch()} />}
      {history.isPending && !error && <Waiting />}
      {history.data && !sessions.length && <p className="empty">{words.repository.nothingYet}</p>}
      {sessions.length > 0 && (
        <>
          <Trend sessions={sessions} />
          <SessionTable sessions={sessions.toReversed()} />
        </>
      )}
      {sources.some(({ coverage }) => coverage != null) && <FileList files={sources} />}
    </div>
  )
}

function SessionTable({ sessions }: { sessions: readonly SessionFigures[] }) {
  const now = useNow(false)
  return (
    <table className="ledger sessions-table">
      <caption>{words.app.sessions}</caption>
      <thead>
        <tr>
          <th scope="col">{words.repository.session}</th>
          <th scope="col" className="number">
            {words.repository.files}
          </th>
          <th scope="col" className="number">
            {words.repository.tests}
          </th>
          <th scope="col" className="number">
            {words.repository.linesPercent}
          </th>
          <th scope="col" className="number">
            {words.repository.noticedOf}
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ sessionId, createdAt, files, tests, linesBefore, linesAfter, noticed, tried }) => (
          <tr key={sessionId}>
            <td>
              <span className="file-cell">
                <Link href={`/sessions/${sessionId}`}>{when(createdAt, now)}</Link>
                <span className="mono dim id">{sessionId}</span>
              </span>
            </td>
            <td className="number">{files}</td>
            <td className="number">{tests}</td>
            <td className="number mono">{change(linesBefore, linesAfter)}</td>
            <td className="number">{tried ? `${noticed}/${tried}` : DASH}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The lowest first: where the next tests are worth most. Only what was measured, of the text as it is now. */
function FileList({ files }: { files: readonly TreeFile[] }) {
  const measured = files
    .flatMap(file => (file.coverage == null ? [] : [{ path: file.path, coverage: file.coverage }]))
    .sort((one, other) => one.coverage - other.coverage)
  return (
    <table className="ledger sessions-table">
      <caption>{words.repository.lowest(measured.length, files.length)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.repository.file}</th>
          <th scope="col" className="number">
            {words.repository.linesPercent}
          </th>
        </tr>
      </thead>
      <tbody>
        {measured.slice(0, MOST_FILES).map(({ path, coverage }) => (
          <tr key={path}>
            <td className="wrap">
              <span className="dim">{folderOf(path)}</span>
              {baseName(path)}
            </td>
            <td className="number">
              {percent(coverage)}
              <span className="meter" aria-hidden="true">
                <i style={{ width: `${coverage}%` }} />
              </span>
            </td>
          </tr>
        ))}
        {measured.length > MOST_FILES && (
          <tr>
            <td className="dim" colSpan={2}>
              {words.repository.more(words.figures.files(measured.length - MOST_FILES))}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
