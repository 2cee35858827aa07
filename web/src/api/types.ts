/** What the service answers, beyond the shapes the hook already knows. */

import type {
  DroppedTest,
  GeneratedTest,
  GenerationOptions,
  GenerationSummary,
  ServerStatus,
  StatusReport,
} from '@testwright/react'

export interface Repository {
  repositoryId: string
  name: string
  createdAt: string
}

/** How a session went, over the files whose suites were run. */
export interface SessionFigures {
  sessionId: string
  createdAt: string
  files: number
  tests: number
  linesBefore: number | null
  linesAfter: number | null
  noticed: number
  tried: number
}

/** US dollars: what counts today, what calls under way may still take, and the limits. */
export interface Spending {
  spentUsd: number
  underWayUsd: number
  dayUsd: number | null
  gainUsd: number | null
}

/** One attempt of one step. `interrupted`: the service stopped in the middle of it, and did it again. */
export interface Step {
  path: string
  round: number
  step: string
  attempt: number
  state: 'done' | 'failed' | 'running' | 'interrupted'
  startedAt: string
  endedAt: string | null
  durationMs: number | null
  error?: { code: string; message: string } | null
}

export interface RepositoryList {
  repositories: Repository[]
  /** Folders that look like projects; their paths can be registered as they stand. */
  suggestions: Suggestion[]
}

export interface Suggestion {
  name: string
  path: string
}

export interface TreeFile {
  path: string
  language: string | null
  size: number | null
  /** Null: not known. */
  hasTests: boolean | null
  /** Of the text as it is now, measured by an earlier session; null where none did. */
  coverage?: number | null
  /** Not as git last had it; null: no plain checkout. */
  changed?: boolean | null
}

export interface Tree {
  repositoryId: string
  branch?: string | null
  /** What the project configures; null where it says nothing. */
  options?:
    | (Pick<Required<GenerationOptions>, 'testTypes' | 'coverage' | 'includeEdgeCases' | 'mockExternal'> & {
        instructions: string | null
      })
    | null
  /** Why the project's configuration cannot be read. */
  configProblem?: string | null
  /** The framework of each language that the project uses. */
  frameworks?: Record<string, string>
  files: TreeFile[]
}

export interface Framework {
  name: string
  languages: string[]
  available?: boolean
  detail?: string | null
}

export interface Model {
  provider: string
  title: string
  model: string | null
  name: string | null
  usual: boolean
  /** Who gets to read what it is asked; null when nothing leaves this machine. */
  sendsTo: string | null
  configured: boolean
  reason?: string | null
}

export interface Estimate {
  seconds: number
  tokens: number | null
  currency: Record<string, number> | null
}

export interface SessionListed {
  sessionId: string
  repositoryId: string
  framework: string
  writer: string
  model: string | null
  status: ServerStatus
  progress: number
  currentMessage: string
  totalFiles: number
  completedFiles: number
  failedFiles: number
  createdAt: string
  completedAt: string | null
  summary: GenerationSummary | null
}

export interface SessionDetail extends StatusReport {
  repositoryId: string
  /** Whether its suites can be written into a folder. */
  hasFolder: boolean
  /** Paths that were written into it, and not taken back. */
  applied: string[]
  repoBranch: string | null
  /** The commit that its files are of, or a hash. */
  pin: string | null
  /** Sources that have another text in the folder by now. */
  changedSince: string[]
  writer: string
  model: string | null
  /** Where an Inngest server shows the run that works on it. */
  runUrl?: string
}

/** What a person made of a suite. What is rejected is neither exported nor applied. */
export type Decision = 'kept' | 'rejected' | 'undecided'

export interface ListedTest extends GeneratedTest {
  revision: number
  decision: Decision
}

export interface TestDetail extends ListedTest {
  dropped: DroppedTest[]
  /** Lines of the source. */
  coverage: { before: number[]; after: number[]; missed: number[] }
}

/** What became of writing suites into a folder, or of taking them back. */
export interface Applied {
  changed: string[]
  unchanged: string[]
  refused: { path: string; problem: string; hint: string | null }[]
  /** Sources with another text by now than the one their tests were proved on. */
  overtaken: string[]
}

/** What was committed to a branch or sent as a pull request, or, in a preview, would be. */
export interface Sent {
  branch: string
  base: string | null
  title: string
  body: string
  paths: string[]
  refused: { path: string; problem: string }[]
  commit: string | null
  url: string | null
  isNew: boolean
}

export interface GitHubRepository {
  repository: string
  gitUrl: string
  private: boolean
}

/** A small change to the code, and the delivered tests that notice it. */
export interface Mutant {
  number: number
  operator: string
  line: number
  /** The character of `line` at which it begins, from 1; 0 or nothing where it was not noted. */
  column?: number
  endLine: number
  before: string
  after: string
  status: 'killed' | 'timed_out' | 'survived' | 'unreached' | 'untried'
  killers: string[]
}

/** A possible bug: a test that would pass if the code did what it says. Never applied by itself. */
export interface Suspect {
  name: string
  symbol: string
  line: number
  expected: string
  observed: string
  because: {
    kind: 'doc' | 'example' | 'type' | 'name' | 'caller' | 'value'
    text: string
    line: number
    /** Where `line` counts, when that is not the source. */
    path?: string
  }
  /** The call that shows it. */
  input: string
  testCode: string
  /** The whole file, the test marked as expected to fail. */
  markedCode: string
}

export interface EngineHealth {
  engine: string
  reachable: boolean
  queue: Record<string, number>
  /** The tier in which tests are run. */
  sandbox?: string
  details?: Record<string, unknown>
}

export interface Check {
  name: string
  status: 'ok' | 'warning' | 'failed'
  detail: string
  fix?: string | null
}

/** What a retry with `install` would install for a file: "22 packages from uv.lock". */
export interface Installable {
  filePath: string
  packages: string
}
