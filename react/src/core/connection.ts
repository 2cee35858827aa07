/**
 * Follows one session's stream until it ends, however often the line drops. Knows nothing of what the events mean: it
 * asks `afterReport` whether the session is over before it gives up or tries again.
 */

import { type Client, type GenerationError, isRefused } from './client.js'
import type { ConnectionStatus, DraftText, ProgressUpdate, StatusReport } from './types.js'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
const FAILURES_BEFORE_POLLING = 5
const POLL_MS = 5_000
const POLL_HIDDEN_MS = 15_000
const STREAM_AGAIN_MS = 60_000
const HIDDEN_BEFORE_LEAVING_MS = 30_000
const CLOSED = 2

export type EventSourceLike = Pick<EventSource, 'readyState' | 'close' | 'onopen' | 'onmessage' | 'onerror'>
export type OpenEventSource = (url: string) => EventSourceLike

export interface Following {
  sessionId: string
  client: Client
  openEventSource: OpenEventSource
  /** The newest event that was folded in: where a new connection continues. */
  lastEventId: () => number
  /** Returns true when this was the session's last event. */
  onEvent: (id: number, update: ProgressUpdate) => boolean
  onDraftText: (draft: DraftText) => void
  /** Returns true when nothing more will come. */
  onReport: (report: StatusReport, polling: boolean) => Promise<boolean>
  onConnection: (connection: ConnectionStatus) => void
  /** The server knows no such session, or it is not ours. */
  onRefused: (error: GenerationError) => void
}

/** Start following. The returned function lets go; it never cancels anything on the server. */
export function followSession(following: Following): () => void {
  const { sessionId, client, onConnection } = following
  let source: EventSourceLike | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let streamTriedAt = 0
  let polling = false
  let over = false
  // Each thing started asynchronously checks that it is still wanted when its answer comes.
  let turn = 0

  /** Lets go of what is open or due; the answer tells whether what is begun now is still wanted. */
  const drop = () => {
    const mine = ++turn
    clearTimeout(timer)
    source?.close()
    source = null
    return () => mine === turn
  }
  const close = () => {
    if (over) return
    over = true
    drop()
    clearTimeout(hiddenTimer)
    listen(false)
    onConnection('closed')
  }
  const hidden = () => document.visibilityState === 'hidden'

  const open = async () => {
    const isWanted = drop()
    streamTriedAt = Date.now()
    if (!polling) onConnection(failures ? 'reconnecting' : 'connecting')
    let url: string
    try {
      url = await client.streamUrl(sessionId, following.lastEventId())
    } catch {
      if (isWanted()) void check()
      return
    }
    if (!isWanted()) return
    const opened = following.openEventSource(url)
    source = opened
    opened.onopen = () => {
      if (!isWanted()) return
      failures = 0
      polling = false
      onConnection('open')
    }
    opened.onmessage = ({ data, lastEventId }) => {
      if (!isWanted()) return
      const update = parsed(String(data))
      if (update?.type === 'draft_text') following.onDraftText(update)
      else if (update && following.onEvent(Number(lastEventId) || following.lastEventId() + 1, update))
        close()
    }
    opened.onerror = () => {
      if (!isWanted()) return
      // A 204 looks the same as a 503 from here, so the status endpoint decides.
      if (opened.readyState === CLOSED) void check()
      else onConnection('reconnecting')
    }
  }

  /** Whether there is anything left to follow; then, at once or in a while, the stream again. */
  const check = async (atOnce = false) => {
    const isWanted = drop()
    if (!polling && !atOnce) onConnection('reconnecting')
    try {
      const report = await client.status(sessionId)
      if (isWanted() && (await following.onReport(report, polling)) && isWanted()) close()
    } catch (error) {
      if (isWanted() && isRefused(error)) {
        following.onRefused(error)
        close()
      }
    }
    if (!isWanted()) return
    if (atOnce) return open()
    failures += 1
    if (polling || failures >= FAILURES_BEFORE_POLLING) return poll()
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))
    timer = setTimeout(() => void open(), Math.random() * longest)
  }

  const poll = () => {
    drop()
    polling = true
    onConnection('polling')
    timer = setTimeout(
      () => {
        const due = !hidden() && Date.now() - streamTriedAt >= STREAM_AGAIN_MS
        void (due ? open() : check())
      },
      hidden() ? POLL_HIDDEN_MS : POLL_MS,
    )
  }

  const onVisibility = () => {
    clearTimeout(hiddenTimer)
    if (hidden())
      // A browser allows six connections to a server, over all tabs: a tab nobody looks at gives its own back.
      hiddenTimer = setTimeout(() => {
        if (source) poll()
      }, HIDDEN_BEFORE_LEAVING_MS)
    else if (polling) {
      polling = false
      void open()
    }
  }
  const onOffline = () => {
    drop()
    onConnection('offline')
  }
  const onOnline = () => {
    failures = 0
    polling = false
    void check(true)
  }
  const onPageShow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) void check(true)
  }

  const listen = (on: boolean) => {
    const change = on ? 'addEventListener' : 'removeEventListener'
    document[change]('visibilitychange', onVisibility)
    window[change]('offline', onOffline)
    window[change]('online', onOnline)
    window[change]('pageshow', onPageShow)
  }

  listen(true)
  void open()
  return close
}

function parsed(data: string): ProgressUpdate | DraftText | null {
  try {
    const update = JSON.parse(data) as ProgressUpdate | null
    return update?.type ? update : null
  } catch {
    return null
  }
}
