/** REST calls of the page: the envelope comes off here, refusals become `ApiError`. */

import { words } from '../words'

const ANSWER_WITHIN_MS = 30_000

export interface FieldProblem {
  path: string
  problem: string
}

export class ApiError extends Error {
  readonly status: number
  readonly hint: string | undefined
  readonly fields: readonly FieldProblem[]

  constructor(message: string, status: number, hint?: string, fields: readonly FieldProblem[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.hint = hint
    this.fields = fields
  }
}

interface Envelope {
  success?: boolean
  message?: string
  data?: unknown
  error?: { hint?: string; fields?: FieldProblem[] }
}

export async function call<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  withinMs = ANSWER_WITHIN_MS,
): Promise<T> {
  // A form says for itself what it is.
  const isJson = body !== undefined && !(body instanceof FormData)
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: isJson ? { 'Content-Type': 'application/json' } : {},
      body: body instanceof FormData ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(withinMs),
    })
  } catch {
    throw new ApiError(words.app.noAnswer, 0, words.app.noAnswerHint)
  }
  const answer = (await response.json().catch(() => ({}))) as Envelope
  if (!response.ok || !answer.success) {
    const { message, error } = answer
    throw new ApiError(
      message || words.app.answered(response.status),
      response.status,
      error?.hint,
      error?.fields,
    )
  }
  return answer.data as T
}

/** A list may come by itself or under its name. */
export async function listed<T>(path: string, name: string): Promise<T[]> {
  const data = await call<T[] | Record<string, T[] | undefined>>('GET', path)
  return Array.isArray(data) ? data : (data[name] ?? [])
}
