/** The events of a session, folded into what a page shows. Pure: the same events give the same state, however often. */

import type {
  DroppedTest,
  FileState,
  FileUpdate,
  GeneratedTest,
  GenerationErrorInfo,
  GenerationStatus,
  GenerationSummary,
  ProgressUpdate,
  Spending,
  StatusReport,
  TerminalUpdate,
  WireError,
} from './types.js'

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

/** Asked of how a session is doing, of the stage of a file, and of an event. */
export const isOver = (word: string): boolean =>
  /^(generation_)?(completed|partial|failed|cancelled|done)$/.test(word)

export const isTerminal = (update: ProgressUpdate): update is TerminalUpdate => isOver(update.type)

type FilePart = Partial<FileState> & Pick<FileState, 'path'>

/** What a round knows of a file before it has begun. Its place, and what earlier rounds delivered, stay. */
const notBegun: Omit<FileState, 'path' | 'index' | 'test'> = {
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
  error: null,
}

/** What is new about some files. One that was not known stands last. */
export function withFiles(state: SessionState, parts: readonly FilePart[]): SessionState {
  const files = { ...state.files }
  let count = Object.keys(files).length
  for (const part of parts) {
    const { path } = part
    files[path] = { ...(files[path] ?? { ...notBegun, index: ++count, test: null }), ...part }
  }
  return { ...state, files }
}

/** Files that are worked on again. */
export const requeued = (state: SessionState, paths: readonly string[]): SessionState =>
  withFiles(
    state,
    paths.map(path => ({ ...notBegun, path })),
  )

/** Fold in one event. An event that was folded in before changes nothing. */
export function foldEvent(state: SessionState, id: number, update: ProgressUpdate): SessionState {
  if (id <= state.lastEventId) return state
  const { type, sessionId, step: currentStep, message: currentMessage } = update
  const next: SessionState = {
    ...inRound(
      state,
      update,
      /^(session_created|round_started|queue_moved)$/.test(type) ? 'queued' : 'running',
    ),
    lastEventId: id,
    sessionId: sessionId ?? state.sessionId,
    currentStep,
    currentMessage,
  }
  if (isTerminal(update)) return ended(next, update)
  return 'filePath' in update ? withFile(next, update) : next
}

/** Fold in what the status endpoint says: used while no stream can be had, and as the first picture after a reload. */
export function foldReport(state: SessionState, report: StatusReport): SessionState {
  const { sessionId, currentStep, currentMessage, summary } = report
  const next = inRound(state, report, report.status === 'pending' ? 'queued' : 'running')
  const status = isOver(report.status) ? (report.status as GenerationStatus) : next.status
  // The newest round may have brought nothing, though earlier ones did.
  const inVain = status === 'failed' || (status === 'partial' && summary?.successfulTests === 0)
  const errorDetail = inVain ? (next.errorDetail ?? failure(currentMessage)) : null
  return withFiles(
    { ...next, sessionId, status, currentStep, currentMessage, summary, errorDetail },
    report.files.map(({ path, stage, attempt, error }) => ({
      path,
      stage,
      attempt,
      error: error ? { retryable: stage === 'failed', ...error, filePath: path } : null,
    })),
  )
}

/** Progress never falls within a round; whoever asked it to stop sees it stopping until it has. */
function inRound(
  state: SessionState,
  { round = 0, progress }: { round?: number; progress: number },
  going: GenerationStatus,
): SessionState {
  const known =
    round > state.round ? { ...state, round, progress: 0, summary: null, errorDetail: null } : state
  const status = state.status === 'cancelling' ? state.status : going
  return { ...known, status, progress: Math.max(known.progress, progress) }
}

/** What is being written for a file. Files that nothing is known of yet have nothing written for them. */
export const withDraftText = (state: SessionState, path: string, text: string): SessionState =>
  state.files[path] ? withFiles(state, [{ path, draftText: text || null }]) : state

/** A line that dropped does not say when a text is done. */
export const withoutDraftTexts = (state: SessionState): SessionState =>
  withFiles(
    state,
    Object.keys(state.files).map(path => ({ path, draftText: null })),
  )

/** A suite replaces an earlier one of the same file, in its place. */
export function withTest(state: SessionState, test: GeneratedTest): SessionState {
  const { filePath: path } = test
  const at = state.generatedTests.findIndex(other => other.filePath === path)
  const generatedTests = at < 0 ? [...state.generatedTests, test] : state.generatedTests.with(at, test)
  return withFiles({ ...state, generatedTests }, [{ path, test }])
}

function withFile(state: SessionState, update: FileUpdate): SessionState {
  const { filePath: path, fileIndex: index, round } = update
  const old = state.files[path]
  // A later round counts its own files only, so that its numbers say nothing about a place in the session.
  const place = old || round > 1 ? {} : { index }
  const next = withFiles(state, [{ path, ...place, ...newsOf(update, old) }])
  return update.type === 'test_generated' ? withTest(next, update.generatedTest) : next
}

function newsOf(update: FileUpdate, old: FileState | undefined): Partial<FileState> {
  const { message, timestamp, filePath } = update
  const news = {
    message,
    retryAt: null,
    draftText: null,
    ...('attempt' in update && { attempt: update.attempt }),
    ...spentBy(update),
  }
  switch (update.type) {
    case 'file_processing':
      // Told again while a runner is installed; a later round starts the file afresh.
      return old?.startedAt && !old.endedAt
        ? news
        : { ...notBegun, message, stage: 'analysing', startedAt: timestamp }
    case 'file_analyzed':
      return { ...news, stage: 'writing', symbolCount: update.symbols.length }
    case 'test_drafted':
      return { ...news, stage: 'running', testCount: update.testCount, failed: null }
    case 'test_verified': {
      const { passed, failed, coverage, dropped } = update
      return { ...news, stage: 'running', passed, failed, coverage, dropped: merged(old?.dropped, dropped) }
    }
    case 'test_repairing':
      return { ...news, stage: 'repairing' }
    case 'mutants_checked': {
      const { killed, survived, sampled } = update
      return { ...news, mutants: { killed, survived, sampled } }
    }
    case 'test_generated':
      return { ...news, stage: 'done', endedAt: timestamp, error: null }
    case 'file_failed': {
      const error = { ...update.error, retryable: update.retryable, filePath }
      return { ...news, stage: 'failed', endedAt: timestamp, error }
    }
    case 'retry_scheduled': {
      const due = new Date(Date.parse(timestamp) + update.retryInSeconds * 1000)
      // Null where the server's time cannot be read.
      return { ...news, stage: 'waiting', message: update.reason, retryAt: due.toJSON() }
    }
    default:
      // A type of a newer server: only its message is understood.
      return news
  }
}

function spentBy(update: FileUpdate): Pick<FileState, 'spent'> | undefined {
  // With the suite comes what the whole round took.
  const { tokens, costUsd = null }: Spending =
    update.type === 'test_generated' ? update.generatedTest.evidence : (update as Spending)
  return tokens === undefined ? undefined : { spent: { tokens, costUsd } }
}

function ended(state: SessionState, update: TerminalUpdate): SessionState {
  const { type, summary = null, timestamp: endedAt, message } = update
  const stage = type === 'generation_cancelled' ? 'cancelled' : 'failed'
  // As the server sees it: the events speak of their round, the status of all files.
  const files = Object.values(state.files)
  const someReady = files.some(file => file.stage === 'done' || file.test)
  const someFailed = files.some(file => file.stage === 'failed' || file.stage === 'cancelled')
  const outcomes = {
    generation_completed: someFailed || summary?.failedTests ? 'partial' : 'completed',
    generation_cancelled: 'cancelled',
    generation_failed: someReady ? 'partial' : 'failed',
  } as const
  const errorDetail = type === 'generation_failed' ? failure(message, update.error) : state.errorDetail
  return withFiles(
    { ...state, summary, status: outcomes[type], errorDetail },
    files
      .filter(file => !isOver(file.stage))
      .map(({ path }) => ({ path, stage, retryAt: null, draftText: null, endedAt })),
  )
}

const failure = (message: string, told?: WireError): GenerationErrorInfo => ({
  code: 'generation_failed',
  message,
  retryable: true,
  ...told,
})

function merged(
  old: readonly DroppedTest[] = [],
  fresh: readonly DroppedTest[] = [],
): readonly DroppedTest[] {
  const unseen = fresh.filter(drop => !old.some(seen => seen.name === drop.name && seen.gate === drop.gate))
  return unseen.length ? [...old, ...unseen] : old
}

/** Whether a further try may end otherwise; where a limit on the cost stopped it, only a new limit can help. */
export const mayRetry = (file: FileState): boolean =>
  file.stage === 'cancelled' ||
  (file.stage === 'failed' && file.error?.retryable !== false && !isStoppedByBudget(file))

/** Whether a limit on the cost kept the model from this file, wherever that left it. */
export const isStoppedByBudget = ({ stage, error, test }: FileState): boolean =>
  (stage === 'failed' ? error?.code : stage === 'done' && test?.evidence.modelProblemCode) ===
  'budget_reached'
