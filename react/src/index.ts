export { type Client, type ClientOptions, createClient, GenerationError } from './core/client'
export { type Following, followSession, type OpenEventSource } from './core/connection'
export {
  foldEvent,
  foldReport,
  initialState,
  isStoppedByBudget,
  mayRetry,
  type SessionState,
} from './core/fold'
export {
  createSessionStore,
  type Listeners,
  type SessionStore,
  type Snapshot,
  type StoreOptions,
} from './core/session-store'
export type * from './core/types'
export {
  default,
  type UseBackgroundTestGenerationOptions,
  type UseBackgroundTestGenerationReturn,
  useBackgroundTestGeneration,
} from './use-background-test-generation'
