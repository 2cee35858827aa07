/**
 * Owns what is known of one session and the connection that feeds it, so that a hook only has to subscribe. React may
 * mount, unmount and mount again: the connection opens with the first subscriber and closes shortly after the last.
 */

import { type ClientOptions, createClient, GenerationError, isRefused } from './client'
import { followSession, type OpenEventSource } from './connection'
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
  withFiles,
  withoutDraftTexts,
  withTest,
} from './fold'
import type {
  ConnectionStatus,
  FileState,
  GenerationResult,
  GenerationStatus,
  ProgressUpdate,
  StartedSession,
  StartRequest,
  StatusReport,
} from './types'

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

export const initialSnapshot = snapshotOf(initialState, 'idle')

export class SessionStore {
  listeners: Listeners = {}
  readonly #client
  readonly #openEventSource: OpenEventSource
  #state = initialState
  #connection: ConnectionStatus = 'idle'
  #snapshot = initialSnapshot
  readonly #subscribers = new Set<() => void>()
  #publishTimer: ReturnType<typeof setTimeout> | undefined
  #publishedAt = 0
  #graceTimer: ReturnType<typeof setTimeout> | undefined
  #letGo: (() => void) | null = null
  /** Whether a connection is wanted as long as somebody subscribes. */
  #wanted = false
  /** Goes up whenever we turn to another session: whatever belongs to an older one is ignored when it arrives. */
  #generation = 0
  /** Ends of earlier rounds lie below this event: they neither close the connection nor call back. */
  #historyEnd = 0
  /** While events up to here are replayed, the picture that the status endpoint gave stays up. */
  #replayEnd = 0
  #toldRound = -1
  #starting: Promise<StartedSession | null> | null = null
  #resuming: { id: string; done: Promise<boolean> } | null = null

  constructor({ openEventSource, ...client }: StoreOptions = {}) {
    this.#client = createClient(client)
    this.#openEventSource =
      openEventSource ?? (url => new EventSource(url, { withCredentials: client.credentials === 'include' }))
  }

  subscribe = (subscriber: () => void): (() => void) => {
    clearTimeout(this.#graceTimer)
    this.#subscribers.add(subscriber)
    this.#connect()
    return () => {
      this.#subscribers.delete(subscriber)
      if (this.#subscribers.size) return
      this.#graceTimer = setTimeout(() => {
        this.#letGo?.()
        this.#letGo = null
      }, GRACE_MS)
    }
  }

  getSnapshot = (): Snapshot => this.#snapshot

  start = (request: StartRequest): Promise<StartedSession | null> => {
    // A double click is one start.
    this.#starting ??= this.#start(request).finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  stop = async (): Promise<void> => {
    const { sessionId, status } = this.#state
    if (!sessionId || (status !== 'queued' && status !== 'running')) return
    const isCurrent = this.#turn()
    this.#set({ ...this.#state, status: 'cancelling' }, true)
    try {
      await this.#client.cancel(sessionId)
    } catch (error) {
      if (!isCurrent() || this.#state.status !== 'cancelling') return
      this.#fail(error, status)
    }
  }

  reset = (): void => {
    this.#turnTo(initialState)
    this.#setConnection('idle')
  }

  resume = (sessionId: string): Promise<boolean> => {
    if (this.#resuming?.id !== sessionId) this.#resuming = { id: sessionId, done: this.#resume(sessionId) }
    return this.#resuming.done
  }

  retryFile = async (path: string): Promise<boolean> => (await this.#retry([path])) > 0

  retryFailed = (): Promise<number> =>
    this.#retry(this.#snapshot.fileList.filter(mayRetry).map(file => file.path))

  /** Past a budget that stopped files. `maxCostUsd` is the new limit of the whole session, all its rounds together. */
  goOn = (maxCostUsd: number): Promise<number> =>
    this.#retry(
      this.#snapshot.fileList.filter(isStoppedByBudget).map(file => file.path),
      sessionId => this.#client.goOn(sessionId, maxCostUsd),
    )

  /** A further round that `ask` begins on the server, such as one that verifies an edited suite. */
  furtherRound = (paths: readonly string[], ask: () => Promise<unknown>): Promise<number> =>
    this.#retry(paths, ask)

  disconnect = (): void => {
    this.#wanted = false
    this.#resuming = null
    this.#letGo?.()
    this.#letGo = null
  }

  clearError = (): void => this.#set({ ...this.#state, errorDetail: null }, true)

  async #start(request: StartRequest): Promise<StartedSession | null> {
    const { status, sessionId } = this.#state
    if (status !== 'idle' && !isOver(status)) {
      const message = 'A session is still running here.'
      this.#fail(
        new GenerationError({
          code: 'session_running',
          message,
          hint: 'Stop it, or wait.',
          retryable: false,
        }),
        status,
      )
      return null
    }
    const again = sessionId !== null && request.sessionId === sessionId
    const paths = request.files.map(file => file.path)
    const before = this.#state
    const historyEnd = Math.max(this.#historyEnd, before.lastEventId) + 1
    const base = again ? requeued({ ...before, progress: 0, errorDetail: null }, paths) : initialState
    const isCurrent = this.#turnTo({ ...withFiles(base, paths), status: 'submitting' })
    try {
      const started = await this.#client.trigger(request)
      if (!isCurrent()) return started
      if (again) this.#historyEnd = historyEnd
      // An id of the caller's own may name a session with earlier rounds, whose ends are not ours.
      else if (request.sessionId) await this.#learnHistory(started.sessionId)
      if (!isCurrent()) return started
      this.#set({ ...this.#state, sessionId: started.sessionId, status: 'queued' }, true)
      this.#want()
      return started
    } catch (error) {
      if (!isCurrent()) return null
      if (again) this.#state = before
      this.#fail(error, 'failed')
      return null
    }
  }

  async #resume(sessionId: string): Promise<boolean> {
    const isCurrent = this.#turnTo({ ...initialState, sessionId })
    this.#resuming = null
    this.#setConnection('connecting')
    try {
      const report = await this.#client.status(sessionId)
      if (!isCurrent()) return false
      this.#historyEnd = report.lastEventId
      this.#replayEnd = report.lastEventId
      // Show where the session stands at once, and replay its events behind that picture.
      const picture = foldReport(initialState, report)
      this.#state = withFiles(
        { ...initialState, sessionId, status: picture.status },
        Object.keys(picture.files),
      )
      this.#publish(picture)
      this.#want()
      return true
    } catch (error) {
      if (!isCurrent()) return false
      this.#resuming = null
      if (isRefused(error)) {
        this.#setConnection('closed')
        this.#fail(error, 'failed')
        return false
      }
      // Nobody answers yet: the connection goes on asking.
      this.#set({ ...this.#state, status: 'queued' }, true)
      this.#want()
      return true
    }
  }

  async #retry(
    paths: readonly string[],
    ask = (sessionId: string): Promise<unknown> => this.#client.retry(sessionId, paths),
  ): Promise<number> {
    const { sessionId, status } = this.#state
    if (!sessionId || !isOver(status) || !paths.length) return 0
    const isCurrent = this.#turn()
    const before = this.#state
    this.#set({ ...requeued(before, paths), status: 'submitting', errorDetail: null }, true)
    try {
      await ask(sessionId)
      if (!isCurrent()) return 0
      this.#historyEnd = Math.max(this.#historyEnd, before.lastEventId) + 1
      this.#set({ ...this.#state, status: 'queued', progress: 0 }, true)
      this.disconnect()
      this.#want()
      return paths.length
    } catch (error) {
      if (!isCurrent()) return 0
      this.#state = before
      this.#fail(error, status)
      return 0
    }
  }

  async #learnHistory(sessionId: string): Promise<void> {
    const report = await this.#client.status(sessionId).catch(() => null)
    if (report) this.#historyEnd = report.lastEventId
  }

  /** Tells later whether this is still the session that we are at. */
  #turn(): () => boolean {
    const generation = this.#generation
    return () => generation === this.#generation
  }

  #turnTo(state: SessionState): () => boolean {
    this.disconnect()
    this.#generation += 1
    this.#historyEnd = 0
    this.#replayEnd = 0
    this.#toldRound = -1
    this.#set(state, true)
    return this.#turn()
  }

  #want(): void {
    this.#wanted = true
    this.#connect()
  }

  #connect(): void {
    const { sessionId } = this.#state
    if (!this.#wanted || !sessionId || this.#letGo || !this.#subscribers.size) return
    // Once it is let go of, as it is when we turn to another session, none of these is called.
    this.#letGo = followSession({
      sessionId,
      client: this.#client,
      openEventSource: this.#openEventSource,
      lastEventId: () => this.#state.lastEventId,
      onEvent: this.#onEvent,
      onDraftText: ({ filePath, text }) => this.#set(withDraftText(this.#state, filePath, text), false),
      onReport: this.#onReport,
      onConnection: this.#setConnection,
      onRefused: error => this.#fail(error, 'failed'),
    })
  }

  readonly #onEvent = (id: number, update: ProgressUpdate): boolean => {
    if (id <= this.#state.lastEventId) return false
    this.#set(foldEvent(this.#state, id, update), isTerminal(update))
    this.listeners.onProgress?.(update)
    if (!isTerminal(update) || id < this.#historyEnd) return false
    this.#finish()
    return true
  }

  readonly #onReport = async (report: StatusReport, polling: boolean): Promise<boolean> => {
    const isCurrent = this.#turn()
    const complete = report.lastEventId <= this.#state.lastEventId
    if (isOver(report.status)) this.#historyEnd = Math.max(this.#historyEnd, report.lastEventId)
    if (isOver(report.status) && (complete || polling)) {
      const tests = complete ? [] : await this.#client.tests(report.sessionId)
      if (!isCurrent()) return false
      this.#set(tests.reduce(withTest, foldReport(this.#state, report)), true)
      this.#finish()
      return true
    }
    if (polling) this.#set(foldReport(this.#state, report), false)
    return false
  }

  /** The round is over: say so once, and want no further connection. */
  #finish(): void {
    const { sessionId, status, summary, generatedTests: tests, errorDetail, round } = this.#state
    this.#wanted = false
    this.#resuming = null
    this.#letGo = null
    if (!sessionId || round <= this.#toldRound) return
    this.#toldRound = round
    if (status === 'failed' || (status === 'partial' && errorDetail)) {
      if (errorDetail) this.listeners.onError?.(new GenerationError(errorDetail))
    } else if (status === 'completed' || status === 'partial' || status === 'cancelled')
      this.listeners.onComplete?.({ sessionId, status, summary, tests })
  }

  #fail(error: unknown, status: GenerationStatus): void {
    const told =
      error instanceof GenerationError
        ? error
        : new GenerationError({ code: 'unexpected', message: String(error), retryable: false })
    this.#set({ ...this.#state, status, errorDetail: told }, true)
    this.listeners.onError?.(told)
  }

  readonly #setConnection = (connection: ConnectionStatus): void => {
    if (connection === this.#connection) return
    this.#connection = connection
    if (connection === 'closed') this.#letGo = null
    if (connection !== 'open') this.#state = withoutDraftTexts(this.#state)
    this.#publish()
  }

  #set(state: SessionState, atOnce: boolean): void {
    if (state === this.#state) return
    this.#state = state
    if (atOnce) this.#publish()
    else this.#soon()
  }

  #soon(): void {
    if (this.#publishTimer) return
    const wait = this.#publishedAt + SNAPSHOT_MS - Date.now()
    if (wait <= 0) this.#publish()
    else this.#publishTimer = setTimeout(() => this.#publish(), wait)
  }

  #publish(state?: SessionState): void {
    clearTimeout(this.#publishTimer)
    this.#publishTimer = undefined
    const replaying = this.#state.lastEventId < this.#replayEnd && this.#connection !== 'polling'
    this.#publishedAt = Date.now()
    if (state || !replaying) this.#snapshot = snapshotOf(state ?? this.#state, this.#connection)
    else if (this.#snapshot.connection === this.#connection) return
    else this.#snapshot = { ...this.#snapshot, connection: this.#connection }
    for (const subscriber of this.#subscribers) subscriber()
  }
}

function snapshotOf(state: SessionState, connection: ConnectionStatus): Snapshot {
  const { lastEventId: _, ...shown } = state
  return {
    ...shown,
    connection,
    error: state.errorDetail?.message ?? null,
    isGenerating: state.status !== 'idle' && !isOver(state.status),
    fileList: Object.values(state.files).sort((one, other) => one.index - other.index),
  }
}
