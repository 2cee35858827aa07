export { type Client, type ClientOptions, createClient, GenerationError } from './core/client.js'
export { type Following, followSession, type OpenEventSource } from './core/connection.js'
export {
  foldEvent,
  foldReport,
  initialState,
  isStoppedByBudget,
  mayRetry,
  type SessionState,
} from './core/fold.js'
export {
  createSessionStore,
  type Listeners,
  type SessionStore,
  type Snapshot,
  type StoreOptions,
} from './core/session-store.js'
export type * from './core/types.js'
export {
  default,
  type UseBackgroundTestGenerationOptions,
  type UseBackgroundTestGenerationReturn,
  useBackgroundTestGeneration,
} from './use-background-test-generation.js'
