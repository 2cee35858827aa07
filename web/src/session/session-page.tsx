import { useQuery, useQueryClient } from '@tanstack/react-query'
import {
  type ConnectionStatus,
  type FileState,
  mayRetry,
  useBackgroundTestGeneration,
} from '@testwright/react'
import { useEffect, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { call } from '../api/client'
import { repositoriesQuery, sessionQuery } from '../api/queries'
import type { SessionDetail } from '../api/types'
import { useKeys } from '../ui/keys'
import { Marked } from '../ui/marked'
import { Problem } from '../ui/problem'
import { useNow } from '../ui/use-now'
import { useStable } from '../ui/use-stable'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { change, money, number, percent, timeLeft } from '../words/figures'
import { Below } from './below'
import { FilePane } from './file-pane'
import { FileTable } from './file-table'
import { factsOf, shortPin } from './file-words'
import { GoOn } from './go-on'
import { LineLog } from './log'
import { Segments } from './segments'
import { TakeAway } from './take-away'
import { useRoundsOfOthers } from './use-rounds-of-others'

const SPEAK_EVERY_MS = 5_000
const SAY_RECONNECTING_AFTER_MS = 3_000
const LOOK_AGAIN_MS = 20_000

type Generation = ReturnType<typeof useBackgroundTestGeneration>

export function SessionPage({ sessionId }: { sessionId: string }) {
  const [log] = useState(() => new LineLog())
  const [search, setSearch] = useSearchParams()
  const [, navigate] = useLocation()
  const queryClient = useQueryClient()
  const generation = useBackgroundTestGeneration({
    resume: sessionId,
    onProgress: log.add,
    onComplete: () => void queryClient.invalidateQueries({ queryKey: ['session', sessionId] }),
  })
  const { fileList, isGenerating, progress, status, error, errorDetail } = generation
  const known = status !== 'idle'
  const detail = useQuery({
    ...sessionQuery(sessionId),
    enabled: known,
    // Once nothing is followed any more, a look now and then finds what was begun elsewhere.
    staleTime: 0,
    refetchInterval: isGenerating ? false : LOOK_AGAIN_MS,
  })
  useRoundsOfOthers(generation, detail.data)
  const now = useNow(isGenerating)
  const path = search.get('file')
  const selected = fileList.find(file => file.path === path) ?? usualFile(fileList)
  const tab = search.get('tab') ?? 'test'
  const below = search.get('below') ?? 'log'
  const show = (name: string, value: string) =>
    setSearch(
      old => {
        old.set(name, value)
        return old
      },
      { replace: true },
    )
  const select = useStable((chosen: string) => show('file', chosen))
  const turnTo = useStable((chosen: string) => show('tab', chosen))
  const turnBelowTo = useStable((chosen: string) => show('below', chosen))
  const retry = useStable(() => {
    if (selected) void generation.retryFile(selected.path)
  })
  const install = useStable(() => {
    if (!selected) return
    const body = { paths: [selected.path], install: true }
    void generation.furtherRound(body.paths, () =>
      call('POST', `/sessions/${encodeURIComponent(sessionId)}/retry`, body),
    )
  })
  useSessionKeys(generation, selected, select, () => navigate(`/sessions/${sessionId}/review`))
  useTitle(isGenerating ? words.figures.percent(percent(progress)) : titleOf(generation))

  if (error && !fileList.length)
    return (
      <div className="page">
        <h1 className="hidden-label">{words.sessions.session}</h1>
        <Problem error={errorDetail ?? { message: error }}>
          <Link className="button" href="/sessions">
            {words.session.all}
          </Link>
        </Problem>
      </div>
    )
  return (
    <div className="session">
      <Head generation={generation} detail={detail.data} now={now} />
      <div className="panes">
        <div className="left">
          <div className="table-box">
            <FileTable files={fileList} selected={selected?.path ?? null} onSelect={select} now={now} />
          </div>
          <Below
            sessionId={sessionId}
            log={log}
            shown={below}
            onShow={turnBelowTo}
            isGenerating={isGenerating}
            selected={selected?.path ?? null}
            onSelect={select}
            now={below === 'timeline' ? now : 0}
          />
        </div>
        <aside aria-label={selected ? words.session.about(selected.path) : words.session.aboutSelected}>
          {selected && (
            <FilePane
              sessionId={sessionId}
              file={selected}
              tab={tab}
              onTab={turnTo}
              onRetry={isGenerating ? null : retry}
              onInstall={isGenerating ? null : install}
            />
          )}
        </aside>
      </div>
      <Announcer generation={generation} />
    </div>
  )
}

function useSessionKeys(
  generation: Generation,
  selected: FileState | undefined,
  onSelect: (path: string) => void,
  onReview: () => void,
) {
  const { fileList, isGenerating, status } = generation
  const move = (step: number) => {
    const at = selected ? fileList.indexOf(selected) : 0
    const next = fileList[Math.min(fileList.length - 1, Math.max(0, at + step))]
    if (!next) return
    onSelect(next.path)
    document
      .querySelectorAll('.files-table tbody tr')
      [fileList.indexOf(next)]?.scrollIntoView({ block: 'nearest' })
  }
  const retries = selected && !isGenerating && mayRetry(selected)
  useKeys({
    j: { label: words.keys.next, run: () => move(1) },
    k: { label: words.keys.previous, run: () => move(-1) },
    r: retries ? { label: words.keys.retry, run: () => void generation.retryFile(selected.path) } : undefined,
    s:
      isGenerating && status !== 'cancelling'
        ? { label: words.keys.stop, run: () => void generation.stopGeneration() }
        : undefined,
    v: fileList.some(({ test }) => test) ? { label: words.keys.review, run: onReview } : undefined,
  })
}

interface HeadProps {
  generation: Generation
  detail: SessionDetail | undefined
  now: number
}

function Head({ generation, detail, now }: HeadProps) {
  const { fileList, isGenerating, progress, status, errorDetail, currentMessage, connection } = generation
  const { data: known } = useQuery(repositoriesQuery)
  const repository = known?.repositories.find(({ repositoryId }) => repositoryId === detail?.repositoryId)
  const retryable = fileList.filter(mayRetry)
  const ready = fileList.filter(({ test }) => test?.testCode).length
  const facts = [
    detail?.sessionId,
    detail?.framework,
    detail?.repoBranch,
    shortPin(detail?.pin),
    detail?.model ?? detail?.writer,
  ]
  return (
    <section className="head">
      <div className="head-line">
        <div>
          <h1>{titleOf(generation, repository?.name)}</h1>
          <p className="mono dim">
            {facts.filter(Boolean).join(' · ') || '\u00a0'}
            {detail?.runUrl && (
              <>
                {' · '}
                <a href={detail.runUrl} target="_blank" rel="noreferrer">
                  {words.session.runAtInngest}
                </a>
              </>
            )}
          </p>
        </div>
        <div className="actions">
          <Connection connection={connection} live={isGenerating} />
          {!isGenerating && retryable.length > 0 && (
            <button type="button" className="button" onClick={() => void generation.retryFailed()}>
              {words.session.retry(retryable.length)}
            </button>
          )}
          {ready > 0 && detail && (
            <Link
              className={isGenerating ? 'button' : 'button primary'}
              href={`/sessions/${detail.sessionId}/review`}
            >
              {words.session.review(ready)}
            </Link>
          )}
          {isGenerating && (
            <button
              type="button"
              className="button"
              aria-keyshortcuts="s"
              disabled={status === 'cancelling' || status === 'submitting'}
              onClick={() => void generation.stopGeneration()}
            >
              {status === 'cancelling' ? (
                words.session.stopping
              ) : (
                <>
                  {words.session.stop} <kbd>S</kbd>
                </>
              )}
            </button>
          )}
          {!isGenerating && status !== 'idle' && (
            <Link href="/" className="button">
              {words.session.more}
            </Link>
          )}
        </div>
      </div>
      <Segments files={fileList} progress={progress} />
      <FactsLine generation={generation} detail={detail} now={now} />
      {!isGenerating && <GoOn files={fileList} onGoOn={generation.goOn} />}
      {detail && fileList.some(({ test }) => test?.testCode) && <TakeAway detail={detail} />}
      {errorDetail ? (
        <Problem error={errorDetail}>
          <button type="button" className="button" onClick={generation.clearError}>
            {words.app.dismiss}
          </button>
        </Problem>
      ) : (
        isGenerating && <p className="now">{currentMessage}</p>
      )}
    </section>
  )
}

function FactsLine({ generation, detail, now }: HeadProps) {
  const { fileList, isGenerating, progress, status, round } = generation
  const said = words.session
  const { kept, thrownAway, before, after, noticed, tokens, costUsd } = factsOf(fileList)
  // After a reload the suites come a moment later than the state they are in.
  const isKnown =
    fileList.length > 0 && fileList.every(({ stage, test }) => stage !== 'done' || test !== null)
  const unverified = fileList.filter(({ test }) => test?.evidence.verified === false).length
  const started = detail?.startedAt ?? detail?.createdAt
  // A retry has no start of its own to count from.
  const running = isGenerating && round === 1 && status !== 'cancelling' && started && detail?.estimate
  return (
    <p className="facts">
      <Marked>
        {isGenerating
          ? said.percentDone(words.figures.percent(percent(progress)))
          : said.filesDone(fileList.filter(({ stage }) => stage === 'done').length, fileList.length)}
      </Marked>
      {running && (
        <span>{timeLeft(expectedSeconds(running), (now - Date.parse(started)) / 1000, progress)}</span>
      )}
      {isKnown && <span>{said.kept(kept, thrownAway)}</span>}
      {after !== null && <Marked>{said.linesCovered(words.figures.percent(change(before, after)))}</Marked>}
      {noticed && <Marked>{said.changesNoticed(noticed.killed, noticed.sampled)}</Marked>}
      {unverified > 0 && <Marked>{said.unverified(unverified)}</Marked>}
      {tokens > 0 && <Marked>{said.tokens(number(tokens), costUsd === null ? null : money(costUsd))}</Marked>}
    </p>
  )
}

/** The middle of the range, which is what was promised before the start. */
const expectedSeconds = ({ secondsLow, secondsHigh }: { secondsLow: number; secondsHigh: number }): number =>
  Math.sqrt(secondsLow * secondsHigh)

/** Says nothing of a line that is back within three seconds. */
function Connection({ connection, live }: { connection: ConnectionStatus; live: boolean }) {
  const lost = live && (connection === 'reconnecting' || connection === 'offline')
  const [long, setLong] = useState(false)
  useEffect(() => {
    if (!lost) return setLong(false)
    const timer = setTimeout(() => setLong(true), SAY_RECONNECTING_AFTER_MS)
    return () => clearTimeout(timer)
  }, [lost])
  const isSaid = connection === 'open' || connection === 'polling' || (lost && long)
  if (!live || !isSaid) return null
  return <span className={`connection ${connection}`}>{words.session.connections[connection]}</span>
}

/** For screen readers: how far it is, every few seconds at most, and the end at once. */
function Announcer({ generation }: { generation: Generation }) {
  const { isGenerating, progress, currentMessage } = generation
  const latest = isGenerating
    ? words.session.said(words.figures.percent(percent(progress)), currentMessage)
    : titleOf(generation)
  const [spoken, setSpoken] = useState('')
  const [spokenAt, setSpokenAt] = useState(0)
  useEffect(() => {
    const wait = isGenerating ? Math.max(0, spokenAt + SPEAK_EVERY_MS - Date.now()) : 0
    const timer = setTimeout(() => {
      if (latest === spoken) return
      setSpoken(latest)
      setSpokenAt(Date.now())
    }, wait)
    return () => clearTimeout(timer)
  }, [latest, spoken, spokenAt, isGenerating])
  return (
    <p className="hidden-label" role="status">
      {spoken}
    </p>
  )
}

function titleOf({ status, fileList }: Generation, repository?: string): string {
  const said = words.session
  const all = fileList.length
  const place = repository ? said.place(repository) : ''
  // What an earlier round delivered counts, even where a later one failed.
  const kept = fileList.filter(({ stage, test }) => test !== null || stage === 'done').length
  switch (status) {
    case 'idle':
      return said.opening
    case 'completed':
    case 'partial':
    case 'failed':
      return kept ? said.ready(kept, all, place) : said.noTests(all, place)
    case 'cancelled':
      return said.stopped(kept)
    default:
      return said.writing(all, place)
  }
}

const usualFile = (files: readonly FileState[]): FileState | undefined =>
  files.find(({ test }) => test) ?? files[0]
