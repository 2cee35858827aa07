/** The service's HTTP contract: one envelope in, plain data or a `GenerationError` out. */

import type {
  GeneratedTest,
  GenerationErrorInfo,
  StartedSession,
  StartRequest,
  StatusReport,
} from './types.js'

const ANSWER_WITHIN_MS = 30_000

/** `${error}` is the message, so it also works where a string was expected. */
export class GenerationError extends Error implements GenerationErrorInfo {
  declare readonly code: string
  declare readonly hint?: string
  declare readonly fields?: readonly { path: string; problem: string }[]
  declare readonly retryable: boolean
  declare readonly retryAfterSeconds?: number
  declare readonly filePath?: string

  constructor(info: GenerationErrorInfo) {
    super(info.message)
    Object.assign(this, info, { name: 'GenerationError' })
  }

  override toString(): string {
    return this.message
  }
}

export interface ClientOptions {
  /** Where the service answers, without `/api`. Default: the page's own origin. */
  baseUrl?: string
  /** Sent with every request. An EventSource cannot send any, so each stream is then opened with a ticket. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  credentials?: RequestCredentials
  fetch?: typeof globalThis.fetch
}

export interface Client {
  trigger(request: StartRequest): Promise<StartedSession>
  status(sessionId: string): Promise<StatusReport>
  cancel(sessionId: string): Promise<unknown>
  retry(sessionId: string, paths: readonly string[]): Promise<unknown>
  goOn(sessionId: string, maxCostUsd: number): Promise<unknown>
  tests(sessionId: string): Promise<GeneratedTest[]>
  streamUrl(sessionId: string, lastEventId: number): Promise<string>
}

export function createClient({ baseUrl = '', headers, credentials, fetch }: ClientOptions = {}): Client {
  const api = `${baseUrl}/api/`
  /** Asks, or tells when there is a body. */
  const call = async <T>(path: string, body?: object): Promise<T> => {
    let response: Response
    try {
      response = await (fetch ?? globalThis.fetch)(api + path, {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(body && { 'Content-Type': 'application/json' }),
          ...(typeof headers === 'function' ? await headers() : headers),
        },
        body: body && JSON.stringify(body),
        credentials,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
    } catch {
      throw new GenerationError({
        code: 'network',
        message: 'No answer from Testwright.',
        hint: 'Is `testwright up` running? Then try again.',
        retryable: true,
      })
    }
    // Whatever was answered, an envelope or not: what it lacks is undefined.
    const answer: Partial<Envelope> = (await response.json().catch(() => 0)) ?? 0
    if (!response.ok || !answer.success) throw refusal(response, answer)
    return answer.data as T
  }
  const job = (what: string, sessionId: string) => `inngest/${what}/${encodeURIComponent(sessionId)}`
  const session = <T>(sessionId: string, what: string, body?: object) =>
    call<T>(`sessions/${encodeURIComponent(sessionId)}/${what}`, body)

  return {
    trigger: request => call('inngest/trigger', request),
    status: sessionId => call(job('status', sessionId)),
    cancel: sessionId => session(sessionId, 'cancel', {}),
    retry: (sessionId, paths) => session(sessionId, 'retry', { paths }),
    goOn: (sessionId, maxCostUsd) => session(sessionId, 'continue', { maxCostUsd }),
    tests: async sessionId => (await session<{ tests: GeneratedTest[] }>(sessionId, 'tests')).tests,
    async streamUrl(sessionId, lastEventId) {
      const query = new URLSearchParams({
        live: '1',
        ...(lastEventId && { lastEventId: `${lastEventId}` }),
        ...(headers && { ticket: (await session<{ ticket: string }>(sessionId, 'ticket', {})).ticket }),
      })
      return `${api}${job('stream', sessionId)}?${query}`
    },
  }
}

interface Envelope {
  success: boolean
  message?: string
  data?: unknown
  error?: Partial<GenerationErrorInfo>
}

function refusal({ status, headers }: Response, { message, error }: Partial<Envelope>): GenerationError {
  return new GenerationError({
    code: `http_${status}`,
    ...error,
    message: message || `The server answered ${status}.`,
    retryable: status === 429 || status >= 500,
    retryAfterSeconds: Number(headers.get('Retry-After')) || undefined,
  })
}

/** Asking again cannot help: not there, or not ours. */
export const isRefused = (error: unknown): error is GenerationError =>
  error instanceof GenerationError && !error.retryable
