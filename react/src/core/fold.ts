/** The events of a session, folded into what a page shows. Pure: the same events give the same state, however often. */

import type {
  DroppedTest,
  FileStage,
  FileState,
  FileUpdate,
  GeneratedTest,
  GenerationErrorInfo,
  GenerationStatus,
  GenerationSummary,
  ProgressUpdate,
  ServerStatus,
  StatusReport,
  TerminalUpdate,
} from './types'

export interface SessionState {
  readonly sessionId: string | null
  readonly status: GenerationStatus
  readonly round: number
  readonly lastEventId: number
  readonly progress: number
  readonly currentStep: string
  readonly currentMessage: string
  readonly files: Readonly<Record<string, FileState>>
  readonly generatedTests: GeneratedTest[]
  readonly summary: GenerationSummary | null
  readonly errorDetail: GenerationErrorInfo | null
}

export const initialState: SessionState = {
  sessionId: null,
  status: 'idle',
  round: 0,
  lastEventId: 0,
  progress: 0,
  currentStep: '',
  currentMessage: '',
  files: {},
  generatedTests: [],
  summary: null,
  errorDetail: null,
}

export const isTerminal = (update: ProgressUpdate): update is TerminalUpdate =>
  /^generation_(completed|failed|cancelled)$/.test(update.type)

export const isOver = (status: GenerationStatus | ServerStatus): boolean =>
  /^(completed|partial|failed|cancelled)$/.test(status)

/** Files the session is known to have before any event tells of them. Known ones stay as they are. */
export function withFiles(state: SessionState, paths: readonly string[]): SessionState {
  const files = { ...state.files }
  let index = Object.keys(files).length
  for (const path of paths) files[path] ??= newFile(path, ++index)
  return { ...state, files }
}

/** Files that will be worked on again. What they have delivered stays until there is something newer. */
export function requeued(state: SessionState, paths: readonly string[]): SessionState {
  const files = { ...state.files }
  for (const path of paths) {
    const old = files[path]
    if (old) files[path] = { ...newFile(path, old.index), test: old.test }
  }
  return { ...state, files }
}

/** Fold in one event. An event that was folded in before changes nothing. */
export function foldEvent(state: SessionState, id: number, update: ProgressUpdate): SessionState {
  if (id <= state.lastEventId) return state
  const newRound = update.round > state.round
  const next: SessionState = {
    ...state,
    lastEventId: id,
    sessionId: update.sessionId ?? state.sessionId,
    round: Math.max(state.round, update.round ?? 0),
    progress: newRound ? update.progress : Math.max(state.progress, update.progress),
    currentStep: update.step,
    currentMessage: update.message,
    summary: newRound ? null : state.summary,
    errorDetail: newRound ? null : state.errorDetail,
  }
  if (isTerminal(update)) return ended(next, update)
  if (update.type === 'session_created' || update.type === 'round_started')
    return { ...next, status: state.status === 'cancelling' ? 'cancelling' : 'queued' }
  const working = { ...next, status: state.status === 'cancelling' ? state.status : ('running' as const) }
  return 'filePath' in update ? withFile(working, update) : working
}

/** Fold in what the status endpoint says: used while no stream can be had, and as the first picture after a reload. */
export function foldReport(state: SessionState, report: StatusReport): SessionState {
  let known = withFiles(
    state,
    report.files.map(file => file.path),
  )
  for (const { path, stage, attempt, error: told } of report.files) {
    const error = told ? { retryable: stage === 'failed', ...told, filePath: path } : null
    known = withPart(known, path, { stage, attempt, error })
  }
  return {
    ...known,
    sessionId: report.sessionId,
    status: statusOf(report.status, state.status),
    progress: report.round > state.round ? report.progress : Math.max(state.progress, report.progress),
    round: Math.max(state.round, report.round),
    currentStep: report.currentStep,
    currentMessage: report.currentMessage,
    summary: report.summary,
    errorDetail:
      report.status === 'failed' || nothingCameOf(report)
        ? (state.errorDetail ?? failure({ code: 'generation_failed', message: report.currentMessage }))
        : null,
  }
}

/** What is being written for a file. Files that nothing is known of yet have nothing written for them. */
export function withDraftText(state: SessionState, path: string, text: string | null): SessionState {
  const draftText = text || null
  const file = state.files[path]
  return file && file.draftText !== draftText ? withPart(state, path, { draftText }) : state
}

/** What is new about one file that is known. */
function withPart(state: SessionState, path: string, part: Partial<FileState>): SessionState {
  const file = state.files[path]
  return file ? { ...state, files: { ...state.files, [path]: { ...file, ...part } } } : state
}

/** A line that dropped does not say when a text is done. */
export const withoutDraftTexts = (state: SessionState): SessionState =>
  Object.keys(state.files).reduce((shown, path) => withDraftText(shown, path, null), state)

/** A suite replaces an earlier one of the same file, in its place. */
export function withTest(state: SessionState, test: GeneratedTest): SessionState {
  const at = state.generatedTests.findIndex(other => other.filePath === test.filePath)
  const generatedTests = at < 0 ? [...state.generatedTests, test] : state.generatedTests.with(at, test)
  return withPart({ ...state, generatedTests }, test.filePath, { test })
}

function newFile(path: string, index: number): FileState {
  return {
    path,
    index,
    stage: 'queued',
    message: '',
    attempt: 0,
    symbolCount: null,
    testCount: null,
    passed: null,
    failed: null,
    coverage: null,
    mutants: null,
    dropped: [],
    spent: null,
    retryAt: null,
    draftText: null,
    startedAt: null,
    endedAt: null,
    test: null,
    error: null,
  }
}

function withFile(state: SessionState, update: FileUpdate): SessionState {
  const { filePath: path } = update
  // A later round counts its own files only, so that its numbers say nothing about a place in the session.
  const place = update.round > 1 ? undefined : update.fileIndex
  const old = state.files[path] ?? newFile(path, place ?? Object.keys(state.files).length + 1)
  const files = { ...state.files, [path]: afterUpdate(old, update) }
  const next = { ...state, files }
  return update.type === 'test_generated' ? withTest(next, update.generatedTest) : next
}

function afterUpdate(old: FileState, update: FileUpdate): FileState {
  const { message, timestamp } = update
  const file = {
    ...old,
    message,
    retryAt: null,
    draftText: null,
    spent: spentAfter(old, update),
    attempt: 'attempt' in update ? update.attempt : old.attempt,
  }
  switch (update.type) {
    case 'file_processing':
      // Told again while a runner is installed; a later round starts the file afresh.
      return old.endedAt === null && old.startedAt !== null
        ? file
        : {
            ...newFile(file.path, file.index),
            message,
            stage: 'analysing',
            startedAt: timestamp,
            test: old.test,
          }
    case 'file_analyzed':
      return { ...file, stage: 'writing', symbolCount: update.symbols.length }
    case 'test_drafted':
      return { ...file, stage: 'running', testCount: update.testCount, failed: null }
    case 'test_verified':
      return {
        ...file,
        stage: 'running',
        passed: update.passed,
        failed: update.failed,
        coverage: update.coverage,
        dropped: merged(old.dropped, update.dropped ?? []),
      }
    case 'test_repairing':
      return { ...file, stage: 'repairing' }
    case 'mutants_checked':
      return {
        ...file,
        mutants: { killed: update.killed, survived: update.survived, sampled: update.sampled },
      }
    case 'test_generated':
      return { ...file, stage: 'done', endedAt: timestamp, error: null }
    case 'file_failed':
      return {
        ...file,
        stage: 'failed',
        endedAt: timestamp,
        error: failure(update.error, update.retryable, file.path),
      }
    case 'retry_scheduled': {
      const due = Date.parse(timestamp) + update.retryInSeconds * 1000
      return {
        ...file,
        stage: 'waiting',
        message: update.reason,
        retryAt: Number.isNaN(due) ? null : new Date(due).toISOString(),
      }
    }
    default:
      // A type of a newer server: only its message is understood.
      return file
  }
}

function spentAfter(old: FileState, update: FileUpdate): FileState['spent'] {
  // With the suite comes what the whole round took.
  const told = update.type === 'test_generated' ? update.generatedTest.evidence : update
  if (!('tokens' in told) || told.tokens === undefined) return old.spent
  return { tokens: told.tokens, costUsd: told.costUsd ?? null }
}

function ended(state: SessionState, update: TerminalUpdate): SessionState {
  const { summary, timestamp: endedAt } = update
  const stage: FileStage = update.type === 'generation_cancelled' ? 'cancelled' : 'failed'
  const files = { ...state.files }
  for (const [path, file] of Object.entries(files))
    if (!/^(done|failed|cancelled)$/.test(file.stage))
      files[path] = { ...file, stage, retryAt: null, draftText: null, endedAt }
  const next = { ...state, files, summary: summary ?? null }
  // As the server sees it: the events speak of their round, the status of all files.
  const all = Object.values(state.files)
  const someReady = all.some(({ stage, test }) => stage === 'done' || test !== null)
  const someFailed = all.some(({ stage }) => stage === 'failed' || stage === 'cancelled')
  switch (update.type) {
    case 'generation_completed':
      return { ...next, status: someFailed || summary?.failedTests ? 'partial' : 'completed' }
    case 'generation_cancelled':
      return { ...next, status: 'cancelled' }
    case 'generation_failed':
      return {
        ...next,
        status: someReady ? 'partial' : 'failed',
        errorDetail: failure(update.error ?? { code: 'generation_failed', message: update.message }),
      }
  }
}

function failure(
  error: { code: string; message: string; hint?: string },
  retryable = true,
  filePath?: string,
): GenerationErrorInfo {
  return { ...error, retryable, ...(filePath && { filePath }) }
}

/** The newest round brought nothing, though earlier ones did. */
function nothingCameOf({ status, summary }: StatusReport): boolean {
  return status === 'partial' && summary?.successfulTests === 0
}

function statusOf(server: ServerStatus, current: GenerationStatus): GenerationStatus {
  if (isOver(server)) return server as GenerationStatus
  if (current === 'cancelling') return current
  return server === 'pending' ? 'queued' : 'running'
}

function merged(old: readonly DroppedTest[], fresh: readonly DroppedTest[]): readonly DroppedTest[] {
  const unseen = fresh.filter(drop => !old.some(seen => seen.name === drop.name && seen.gate === drop.gate))
  return unseen.length ? [...old, ...unseen] : old
}

/** Whether a further try may end otherwise; where a limit on the cost stopped it, only a new limit can help. */
export const mayRetry = (file: FileState): boolean =>
  file.stage === 'cancelled' ||
  (file.stage === 'failed' && file.error?.retryable !== false && !isStoppedByBudget(file))

/** Whether a limit on the cost kept the model from this file, wherever that left it. */
export const isStoppedByBudget = ({ stage, error, test }: FileState): boolean =>
  (stage === 'failed' && error?.code === 'budget_reached') ||
  (stage === 'done' && test?.evidence.modelProblemCode === 'budget_reached')
