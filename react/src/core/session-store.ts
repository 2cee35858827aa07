/**
 * Owns what is known of one session and the connection that feeds it, so that a hook only has to subscribe. React may
 * mount, unmount and mount again: the connection opens with the first subscriber and closes shortly after the last.
 */

import { type ClientOptions, createClient, GenerationError, isRefused } from './client.js'
import { followSession, type OpenEventSource } from './connection.js'
import {
  foldEvent,
  foldReport,
  initialState,
  isOver,
  isStoppedByBudget,
  isTerminal,
  mayRetry,
  requeued,
  type SessionState,
  withDraftText,
  withoutDraftTexts,
  withTest,
} from './fold.js'
import type {
  ConnectionStatus,
  FileState,
  GenerationResult,
  GenerationStatus,
  ProgressUpdate,
  StartedSession,
  StartRequest,
  StatusReport,
} from './types.js'

const SNAPSHOT_MS = 50
const GRACE_MS = 50

export interface StoreOptions extends ClientOptions {
  /** For tests, or for an EventSource of another kind. Default: the browser's. */
  openEventSource?: OpenEventSource
}

export interface Listeners {
  onProgress?: (update: ProgressUpdate) => void
  /** Once a round, unless it failed. */
  onComplete?: (result: GenerationResult) => void
  onError?: (error: GenerationError) => void
}

export interface Snapshot extends Omit<SessionState, 'lastEventId'> {
  readonly isGenerating: boolean
  readonly error: string | null
  readonly connection: ConnectionStatus
  readonly fileList: readonly FileState[]
}

/** One session, whoever looks at it. What it does may be taken off it and handed on. */
export interface SessionStore {
  listeners: Listeners
  subscribe: (subscriber: () => void) => () => void
  getSnapshot: () => Snapshot
  start: (request: StartRequest) => Promise<StartedSession | null>
  stop: () => Promise<void>
  reset: () => void
  resume: (sessionId: string) => Promise<boolean>
  retryFile: (path: string) => Promise<boolean>
  retryFailed: () => Promise<number>
  /** Past a budget that stopped files. `maxCostUsd` is the new limit of the whole session, all its rounds together. */
  goOn: (maxCostUsd: number) => Promise<number>
  /** A further round that `ask` begins on the server, such as one that verifies an edited suite. */
  furtherRound: (paths: readonly string[], ask: (sessionId: string) => Promise<unknown>) => Promise<number>
  disconnect: () => void
  clearError: () => void
}

export const initialSnapshot = snapshotOf(initialState, 'idle')

/** A closure, not a class: what minifiers may rename makes up a part of the hook's 5 kB that counts. */
export function createSessionStore({ openEventSource, ...options }: StoreOptions = {}): SessionStore {
  const client = createClient(options)
  const subscribers = new Set<() => void>()
  let state = initialState
  let snapshot = initialSnapshot
  let connection: ConnectionStatus = 'idle'
  let letGo: (() => void) | undefined
  /** Whether a connection is wanted as long as somebody subscribes. */
  let wanted = false
  let graceTimer: ReturnType<typeof setTimeout> | undefined
  let publishTimer: ReturnType<typeof setTimeout> | undefined
  let publishedAt = 0
  /** Goes up whenever we turn to another session: whatever belongs to an older one is ignored when it arrives. */
  let turns = 0
  /** Ends of earlier rounds lie below this event: they neither close the connection nor call back. */
  let historyEnd = 0
  /** While events up to here are replayed, the picture that the status endpoint gave stays up. */
  let replayEnd = 0
  let starting: Promise<StartedSession | null> | undefined
  let resuming: Promise<boolean> | undefined

  const publish = (picture?: SessionState) => {
    clearTimeout(publishTimer)
    publishTimer = undefined
    publishedAt = Date.now()
    const isReplaying = !picture && state.lastEventId < replayEnd && connection !== 'polling'
    if (isReplaying && snapshot.connection === connection) return
    snapshot = isReplaying ? { ...snapshot, connection } : snapshotOf(picture ?? state, connection)
    for (const subscriber of subscribers) subscriber()
  }
  const set = (part: Partial<SessionState>) => {
    state = { ...state, ...part }
    publish()
  }
  const setSoon = (next: SessionState) => {
    state = next
    publishTimer ??= setTimeout(publish, publishedAt + SNAPSHOT_MS - Date.now())
  }
  const setConnection = (next: ConnectionStatus) => {
    if (next === connection) return
    connection = next
    if (next === 'closed') letGo = undefined
    set(next === 'open' ? {} : withoutDraftTexts(state))
  }
  const fail = (error: unknown, status: GenerationStatus) => {
    const told =
      error instanceof GenerationError
        ? error
        : new GenerationError({ code: 'unexpected', message: String(error), retryable: false })
    set({ status, errorDetail: told })
    store.listeners.onError?.(told)
  }

  /** Tells later whether this is still the session that we are at. */
  const turn = () => {
    const mine = turns
    return () => mine === turns
  }
  const turnTo = (next: SessionState) => {
    store.disconnect()
    turns += 1
    historyEnd = replayEnd = 0
    set(next)
    return turn()
  }

  const connect = () => {
    const { sessionId } = state
    if (!wanted || !sessionId || letGo || !subscribers.size) return
    // Once it is let go of, as it is when we turn to another session, none of these is called.
    letGo = followSession({
      sessionId,
      client,
      openEventSource:
        openEventSource ??
        (url => new EventSource(url, { withCredentials: options.credentials === 'include' })),
      lastEventId: () => state.lastEventId,
      onEvent,
      onDraftText: ({ filePath, text }) => setSoon(withDraftText(state, filePath, text)),
      onReport,
      onConnection: setConnection,
      onRefused: error => fail(error, 'failed'),
    })
  }
  const want = () => {
    wanted = true
    connect()
  }

  const onEvent = (id: number, update: ProgressUpdate): boolean => {
    if (id <= state.lastEventId) return false
    const ends = isTerminal(update)
    const show = ends ? set : setSoon
    show(foldEvent(state, id, update))
    store.listeners.onProgress?.(update)
    return ends && id >= historyEnd && finish()
  }

  const onReport = async (report: StatusReport, polling: boolean): Promise<boolean> => {
    const isCurrent = turn()
    const isComplete = report.lastEventId <= state.lastEventId
    const over = isOver(report.status)
    if (over) historyEnd = Math.max(historyEnd, report.lastEventId)
    if (over && (isComplete || polling)) {
      const tests = isComplete ? [] : await client.tests(report.sessionId)
      if (!isCurrent()) return false
      set(tests.reduce(withTest, foldReport(state, report)))
      return finish()
    }
    if (polling) setSoon(foldReport(state, report))
    return false
  }

  /** The round is over: say so once, and want no further connection. */
  const finish = () => {
    const { sessionId, status, summary, generatedTests: tests, errorDetail } = state
    const { onError, onComplete } = store.listeners
    if (wanted) {
      wanted = false
      resuming = undefined
      if (errorDetail && /^(failed|partial)$/.test(status)) onError?.(new GenerationError(errorDetail))
      else onComplete?.({ sessionId, status, summary, tests } as GenerationResult)
    }
    return true
  }

  const begin = async (request: StartRequest): Promise<StartedSession | null> => {
    const before = state
    const { status, sessionId } = before
    if (status !== 'idle' && !isOver(status)) {
      fail(
        new GenerationError({
          code: 'session_running',
          message: 'A session is still running here.',
          hint: 'Stop it, or wait.',
          retryable: false,
        }),
        status,
      )
      return null
    }
    const again = sessionId !== null && request.sessionId === sessionId
    const base = again ? { ...before, progress: 0, errorDetail: null } : initialState
    const paths = request.files.map(file => file.path)
    const isCurrent = turnTo({ ...requeued(base, paths), status: 'submitting' })
    try {
      const started = await client.trigger(request)
      // An id of the caller's own may name a session with earlier rounds, whose ends are not ours.
      const report = request.sessionId && (await client.status(started.sessionId).catch(() => null))
      if (!isCurrent()) return started
      if (report) historyEnd = report.lastEventId
      set({ sessionId: started.sessionId, status: 'queued' })
      want()
      return started
    } catch (error) {
      if (!isCurrent()) return null
      if (again) state = before
      fail(error, 'failed')
      return null
    }
  }

  const takeUp = async (sessionId: string): Promise<boolean> => {
    const isCurrent = turnTo({ ...initialState, sessionId })
    setConnection('connecting')
    try {
      const report = await client.status(sessionId)
      if (!isCurrent()) return false
      historyEnd = replayEnd = report.lastEventId
      // Show where the session stands at once, and replay its events behind that picture.
      const picture = foldReport(initialState, report)
      state = requeued({ ...state, status: picture.status }, Object.keys(picture.files))
      publish(picture)
    } catch (error) {
      if (!isCurrent()) return false
      resuming = undefined
      if (isRefused(error)) {
        setConnection('closed')
        fail(error, 'failed')
        return false
      }
      // Nobody answers yet: the connection goes on asking.
      set({ status: 'queued' })
    }
    want()
    return true
  }

  const furtherRound: SessionStore['furtherRound'] = async (paths, ask) => {
    const before = state
    const { sessionId, status } = before
    if (!sessionId || !isOver(status) || !paths.length) return 0
    const isCurrent = turn()
    set({ ...requeued(before, paths), status: 'submitting', errorDetail: null })
    try {
      await ask(sessionId)
      if (!isCurrent()) return 0
      historyEnd += 1
      set({ status: 'queued', progress: 0 })
      want()
      return paths.length
    } catch (error) {
      if (!isCurrent()) return 0
      state = before
      fail(error, status)
      return 0
    }
  }
  const retry = (paths: readonly string[]) => furtherRound(paths, sessionId => client.retry(sessionId, paths))
  const pathsOf = (isMeant: (file: FileState) => boolean) =>
    snapshot.fileList.filter(isMeant).map(file => file.path)

  const store: SessionStore = {
    listeners: {},
    subscribe(subscriber) {
      clearTimeout(graceTimer)
      subscribers.add(subscriber)
      connect()
      return () => {
        subscribers.delete(subscriber)
        if (!subscribers.size) graceTimer = setTimeout(() => letGo?.(), GRACE_MS)
      }
    },
    getSnapshot: () => snapshot,
    // A double click is one start.
    start: request =>
      (starting ??= begin(request).finally(() => {
        starting = undefined
      })),
    async stop() {
      const { sessionId, status } = state
      if (!sessionId || (status !== 'queued' && status !== 'running')) return
      const isCurrent = turn()
      set({ status: 'cancelling' })
      try {
        await client.cancel(sessionId)
      } catch (error) {
        if (isCurrent() && state.status === 'cancelling') fail(error, status)
      }
    },
    reset() {
      turnTo(initialState)
      setConnection('idle')
    },
    resume(sessionId) {
      if (!resuming || state.sessionId !== sessionId) resuming = takeUp(sessionId)
      return resuming
    },
    retryFile: async path => (await retry([path])) > 0,
    retryFailed: () => retry(pathsOf(mayRetry)),
    goOn: maxCostUsd =>
      furtherRound(pathsOf(isStoppedByBudget), sessionId => client.goOn(sessionId, maxCostUsd)),
    furtherRound,
    disconnect() {
      wanted = false
      resuming = undefined
      letGo?.()
    },
    clearError: () => set({ errorDetail: null }),
  }
  return store
}

function snapshotOf({ lastEventId: _, ...state }: SessionState, connection: ConnectionStatus): Snapshot {
  return {
    ...state,
    connection,
    error: state.errorDetail?.message ?? null,
    isGenerating: state.status !== 'idle' && !isOver(state.status),
    fileList: Object.values(state.files).sort((one, other) => one.index - other.index),
  }
}
