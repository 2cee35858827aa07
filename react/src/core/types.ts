/** What travels over the wire, and what the hook makes of it. The brief's fields come first in every block. */

// Open unions: a value held in a plain `string` variable still compiles. The server refuses unknown ones by name.
type Open = string & {}
export type Framework = 'jest' | 'vitest' | 'mocha' | 'node:test' | 'pytest' | 'unittest' | Open
export type TestType = 'unit' | 'integration' | Open
export type CoverageLevel = 'basic' | 'comprehensive' | Open

export interface SourceFile {
  /** Repository-relative POSIX. */
  path: string
  /** May be left out when the repository is registered. */
  content?: string
  framework?: Framework
}

export interface GenerationOptions {
  testTypes?: TestType[]
  coverage?: CoverageLevel
  includeEdgeCases?: boolean
  mockExternal?: boolean
  model?: string
  maxCostUsd?: number
  maxRepairs?: number
  instructions?: string
  /** Install the repository's packages from its lock file, where they are not. */
  install?: boolean
}

export interface StartRequest {
  repositoryId: string
  sessionId?: string
  files: SourceFile[]
  /** Required unless every file names its own. */
  framework?: Framework
  repoBranch?: string
  options?: GenerationOptions
}

/** `data` of the trigger's answer. */
export interface StartedSession {
  sessionId: string
  eventId: string
  status: 'processing' | Open
  totalFiles: number
  framework: string
  /** Such as "30s". */
  estimatedTime: string
}

export interface GenerationSummary {
  totalFiles: number
  /** Files, as in the brief. */
  successfulTests: number
  /** Files, as in the brief. */
  failedTests: number
  totalTestCount: number
  /** Measured line coverage; null when nothing was measured. */
  averageCoverage: number | null
  durationMs: number
  tokens: number
  /** Null when no price is known. */
  costUsd: number | null
}

export interface Coverage {
  lines: number | null
  branches: number | null
}
export interface Mutants {
  killed: number
  survived: number
  sampled: number
}
export interface DroppedTest {
  name: string
  gate: string
  reason: string
}
/** Something missing where the tests run, and the tests that could not pass because of it. */
export interface EnvironmentTrouble {
  kind:
    | 'network'
    | 'database'
    | 'program'
    | 'package'
    | 'variable'
    | 'read_only'
    | 'display'
    | 'sandbox'
    | Open
  message: string
  hint: string
  tests: readonly string[]
}
export interface CodeSymbol {
  name: string
  kind: string
  line: number
}
/** The error of a file or a round, as an event or the status endpoint tells it. */
export interface WireError {
  code: string
  message: string
  hint?: string
}

interface UpdateBase {
  step: string
  message: string
  /** 0 to 100; never falls within a round. */
  progress: number
  sessionId: string
  round: number
  /** RFC 3339 UTC. */
  timestamp: string
}
interface FileUpdateBase extends UpdateBase {
  /** The base name: ambiguous, since two `index.ts` are common. Key by `filePath`. */
  currentFile: string
  filePath: string
  /** Counts from 1. */
  fileIndex: number
  totalFiles: number
}
interface RoundOpened extends UpdateBase {
  totalFiles: number
  writer: string
  model?: string
  /** Files of other sessions that go first, at most; absent when there are none. */
  queuePosition?: number
  /** Absent before there is any history. */
  estimatedSeconds?: number
}
interface RoundEnded extends UpdateBase {
  summary: GenerationSummary
  error?: WireError
}

export interface SessionCreated extends RoundOpened {
  type: 'session_created'
}
export interface RoundStarted extends RoundOpened {
  type: 'round_started'
}
/** While nothing has begun: the queue before the session has become shorter. */
export interface QueueMoved extends UpdateBase {
  type: 'queue_moved'
  /** Files of other sessions that go first, at most. */
  queuePosition: number
  /** Until the round is over, at most; absent before there is any history. */
  estimatedSeconds?: number
}
export interface FileProcessing extends FileUpdateBase {
  type: 'file_processing'
}
export interface FileAnalyzed extends FileUpdateBase {
  type: 'file_analyzed'
  language: string
  symbols: CodeSymbol[]
}
/** What answers of a model took so far, for one file in one round. Absent where no model writes. */
export interface Spending {
  tokens?: number
  /** Null when no price is known, or nobody saw how a call ended. */
  costUsd?: number | null
}
export interface TestDrafted extends FileUpdateBase, Spending {
  type: 'test_drafted'
  attempt: number
  testCount: number
  writer: string
  model?: string
}
export interface TestVerified extends FileUpdateBase, Spending {
  type: 'test_verified'
  attempt: number
  passed: number
  failed: number
  dropped: DroppedTest[]
  coverage: Coverage
  environment?: readonly EnvironmentTrouble[]
}
export interface TestRepairing extends FileUpdateBase {
  type: 'test_repairing'
  attempt: number
  reason: string
  /** What rules put right without asking the writer. */
  mended?: readonly { name: string; what: string }[]
}
export interface MutantsChecked extends FileUpdateBase, Mutants {
  type: 'mutants_checked'
}
export interface TestGenerated extends FileUpdateBase {
  type: 'test_generated'
  generatedTest: GeneratedTest
}
export interface FileFailed extends FileUpdateBase {
  type: 'file_failed'
  error: WireError
  retryable: boolean
}
export interface RetryScheduled extends FileUpdateBase {
  type: 'retry_scheduled'
  attempt: number
  retryInSeconds: number
  reason: string
}
export interface FilesSaved extends UpdateBase {
  type: 'files_saved'
}
export interface GenerationCompleted extends RoundEnded {
  type: 'generation_completed'
}
export interface GenerationFailed extends RoundEnded {
  type: 'generation_failed'
}
export interface GenerationCancelled extends RoundEnded {
  type: 'generation_cancelled'
}

export type TerminalUpdate = GenerationCompleted | GenerationFailed | GenerationCancelled
export type FileUpdate =
  | FileProcessing
  | FileAnalyzed
  | TestDrafted
  | TestVerified
  | TestRepairing
  | MutantsChecked
  | TestGenerated
  | FileFailed
  | RetryScheduled
/** A newer server may send further types: leave those you do not know aside. Their common fields always hold. */
export type ProgressUpdate =
  | SessionCreated
  | RoundStarted
  | QueueMoved
  | FileUpdate
  | FilesSaved
  | TerminalUpdate

/** Between the events of a stream, and none of them: the end of what a model is writing just now, empty once it is done. */
export interface DraftText {
  type: 'draft_text'
  filePath: string
  text: string
}

export interface GeneratedTest {
  /** The source file. */
  filePath: string
  testCode: string
  testFilePath: string
  testId: string
  evidence: Evidence
}

/** What was observed; never an estimate. */
export type Evidence = VerifiedEvidence | NotVerified
/** Of the questions that a model was asked about a file; absent when none was. */
export interface Questions {
  promptVersion?: string
  /** Context there was no room for. */
  contextLeftOut?: readonly string[]
  /** What was masked before a question left. */
  redacted?: readonly { kind: string; count: number }[]
  /** Why a part of the answers could not be used. */
  modelProblem?: string
  /** The code of the error that an answer was missed for: `budget_reached`, `model_blocked`. */
  modelProblemCode?: string
}
export interface VerifiedEvidence extends Questions {
  verified: true
  writer: string
  model?: string | null
  runner: string
  runnerVersion: string
  /** What a person types to run the suite. */
  runWith?: string
  runnerFrom?: 'project' | 'testwright'
  sandbox: string
  testCount: number
  /** Of `runs`. */
  passedRuns: number
  runs: number
  coverage: { before: Coverage | null; after: Coverage | null }
  mutants?: Mutants | null
  /** Why `mutants` is null. */
  mutantsProblem?: string
  attempts: number
  tokens: number
  costUsd: number | null
  durationMs: number
  /** Possible bugs, kept apart from the suite. */
  suspects?: number
  external?: External
  /** The boundary cases that the code invites; left out when they were not asked for, or calls could not be watched. */
  edgeCases?: readonly EdgeCase[]
  environment?: readonly EnvironmentTrouble[]
  /** The project's own type checker, which found nothing to hold against the suite. Absent where the project has none. */
  typeChecked?: { by: string; version: string }
  /** Why the project's type checker does not stand behind the suite. */
  typeCheckProblem?: string
  /** The project's own formatter, such as "prettier 3.6.2". */
  formattedWith?: string
  /** Why the project's formatter did not lay the suite out. */
  formatProblem?: string
  /** Files of the project that could not be loaded here, and were left out of the runs. */
  ranWithout?: readonly string[]
  /** The project's own suite that the tests were put into; `ranges` of the new text are new, in bytes. */
  addedTo?: { path: string; sha256: string; ranges: readonly (readonly [number, number])[] }
  /** Why the tests have a file of their own although the project has a suite for this source. */
  notAddedBecause?: string
  /** Tests of the project that failed before anything was added; without a name its whole file. */
  ownFailures?: readonly OwnFailure[]
  /** What could not be explored, such as calls that end the process. */
  skipped?: readonly Skipped[]
  tests?: readonly TestEvidence[]
}
/** A symbol that was left alone, or calls of it; `symbol` is empty where it is about the whole file. */
export interface Skipped {
  symbol: string
  because: string
}
export interface OwnFailure {
  name?: string
  path?: string
  reason: string
}
/** A boundary case of one symbol, and the tests that were seen to meet it: none when it is not covered. */
export interface EdgeCase {
  symbol: string
  name: string
  coveredBy: readonly string[]
}
/** How what lies outside of the code was met. The last two are null when no run was seen to have its clock stopped. */
export interface External {
  mocked: boolean
  network: 'off' | 'open'
  clockFrozenAt: string | null
  timeZone: string | null
}
export interface TestEvidence {
  name: string
  passedRuns: number
  runs: number
  durationMs: number
  /** Of the changes to the code that this test ran into; null when it could not be challenged. */
  mutants?: Mutants | null
  /** What was put right in it by rule. */
  mended?: string
  /** Where what it expects was seen when the code was run: what the code does, right or not. */
  oracle?: 'observed'
  /** One of the runs had it in an environment that no other test had been in. */
  passedAlone?: boolean
  /** explorer or model. */
  writer?: string
}
export interface NotVerified extends Questions {
  verified: false
  reason: string
  hint?: string | null
  writer?: string
  model?: string | null
  testCount?: number
  attempts?: number
  tokens?: number
  costUsd?: number | null
  /** Possible bugs, kept apart from the suite. */
  suspects?: number
  environment?: readonly EnvironmentTrouble[]
  skipped?: readonly Skipped[]
}

export type FileStage =
  | 'queued'
  | 'analysing'
  | 'writing'
  | 'running'
  | 'repairing'
  | 'waiting'
  | 'done'
  | 'failed'
  | 'cancelled'

/** One file, folded from its events. */
export interface FileState {
  readonly path: string
  /** Counts from 1, in the order of the request. */
  readonly index: number
  readonly stage: FileStage
  readonly message: string
  /** 0 before the first draft. */
  readonly attempt: number
  readonly symbolCount: number | null
  /** Tests of the newest draft. */
  readonly testCount: number | null
  readonly passed: number | null
  readonly failed: number | null
  readonly coverage: Coverage | null
  readonly mutants: Mutants | null
  readonly dropped: readonly DroppedTest[]
  /** What a model's answers took so far in the newest round; null before any is known of. */
  readonly spent: { readonly tokens: number; readonly costUsd: number | null } | null
  /** When the next attempt is due, while `waiting`. */
  readonly retryAt: string | null
  /** The end of what a model is writing for it just now; null while none is, or nobody can see it. */
  readonly draftText: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly test: GeneratedTest | null
  readonly error: GenerationErrorInfo | null
}

export interface GenerationErrorInfo {
  /** The server's code, or `network` when no answer came. */
  readonly code: string
  readonly message: string
  /** What to do next. */
  readonly hint?: string
  readonly fields?: readonly { path: string; problem: string }[]
  readonly retryable: boolean
  readonly retryAfterSeconds?: number
  readonly filePath?: string
}

export type ServerStatus = 'pending' | 'processing' | 'completed' | 'partial' | 'failed' | 'cancelled'

/** `data` of the status endpoint. */
export interface StatusReport {
  sessionId: string
  status: ServerStatus
  progress: number
  currentStep: string
  currentMessage: string
  framework: string
  round: number
  totalFiles: number
  completedFiles: number
  failedFiles: number
  createdAt: string
  startedAt: string | null
  completedAt: string | null
  lastEventId: number
  estimate: { secondsLow: number; secondsHigh: number } | null
  summary: GenerationSummary | null
  files: StatusFile[]
}
export interface StatusFile {
  path: string
  status: 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled'
  stage: FileStage
  attempt: number
  error?: WireError | null
  testId?: string | null
}

export type GenerationStatus =
  | 'idle'
  | 'submitting'
  | 'queued'
  | 'running'
  | 'cancelling'
  | 'completed'
  | 'partial'
  | 'failed'
  | 'cancelled'
export type ConnectionStatus =
  | 'idle'
  | 'connecting'
  | 'open'
  | 'reconnecting'
  | 'polling'
  | 'offline'
  | 'closed'

export interface GenerationResult {
  sessionId: string
  status: 'completed' | 'partial' | 'cancelled'
  summary: GenerationSummary | null
  tests: readonly GeneratedTest[]
}
