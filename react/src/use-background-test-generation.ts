import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import {
  createSessionStore,
  initialSnapshot,
  type Listeners,
  type SessionStore,
  type Snapshot,
  type StoreOptions,
} from './core/session-store.js'
import type { GeneratedTest, StartedSession, StartRequest } from './core/types.js'

export interface UseBackgroundTestGenerationOptions extends Listeners, StoreOptions {
  /** Follow this session from the first render on. */
  resume?: string
  /** Components that are given the same store share one session and one connection. */
  store?: SessionStore
}

export interface UseBackgroundTestGenerationReturn extends Snapshot {
  /** From the call until the round has ended. */
  isGenerating: boolean
  error: string | null
  progress: number
  currentStep: string
  currentMessage: string
  sessionId: string | null
  /** Fills as files finish. */
  generatedTests: GeneratedTest[]
  /** Resolves once the server has accepted, with null when it has not (then `error` is set). Never rejects. */
  startBackgroundGeneration: (request: StartRequest) => Promise<StartedSession | null>
  /** Cancels on the server; what is finished stays. Leaving the page does not cancel. */
  stopGeneration: () => Promise<void>
  /** Back to `idle`. Lets go of a running session without cancelling it. */
  reset: () => void
  /** Follow a session that was started elsewhere. False when there is none of that id. */
  resume: (sessionId: string) => Promise<boolean>
  /** A further round of the same session, for one file or for all that failed. */
  retryFile: (path: string) => Promise<boolean>
  retryFailed: () => Promise<number>
  /** Go on with what a limit on the cost stopped; `maxCostUsd` is the whole session's new limit. */
  goOn: (maxCostUsd: number) => Promise<number>
  /** A further round with these files, begun by a request of your own; what is known of the session stays. */
  furtherRound: (paths: readonly string[], ask: () => Promise<unknown>) => Promise<number>
  /** Close the connection; `resume` opens it again. */
  disconnect: () => void
  clearError: () => void
}

export function useBackgroundTestGeneration(
  options: UseBackgroundTestGenerationOptions = {},
): UseBackgroundTestGenerationReturn {
  const { onProgress, onComplete, onError, resume, store: shared, ...storeOptions } = options
  const [own] = useState(() => shared ?? createSessionStore(storeOptions))
  const store = shared ?? own
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, snapshotOnServer)
  useEffect(() => {
    store.listeners = { onProgress, onComplete, onError }
  })
  useEffect(() => {
    if (resume) void store.resume(resume)
  }, [store, resume])
  return useMemo(() => {
    const { start, stop, listeners, subscribe, getSnapshot, ...deeds } = store
    return { ...snapshot, ...deeds, startBackgroundGeneration: start, stopGeneration: stop }
  }, [snapshot, store])
}

const snapshotOnServer = () => initialSnapshot

export default useBackgroundTestGeneration
