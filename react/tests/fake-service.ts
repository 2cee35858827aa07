/** A service in memory: what it would answer, and an EventSource that can be cut where a test wants it. */

import type { EventSourceLike } from '../src/core/connection'
import type { GeneratedTest, ProgressUpdate, StatusReport } from '../src/core/types'

type Answer = { status?: number; data?: unknown; error?: { code: string; hint?: string }; message?: string }

export class FakeService {
  /** Event n of the session is `events[n - 1]`. */
  readonly events: Record<string, unknown>[] = []
  readonly requests: { method: string; path: string; body: unknown }[] = []
  readonly sources: FakeEventSource[] = []
  /** Answers that are given once, before the usual ones: `POST /api/…`. */
  readonly once = new Map<string, Answer>()
  report: Partial<StatusReport> = { status: 'processing' }
  tests: GeneratedTest[] = []
  /** What the next streams answer with; 200 when empty. */
  streamStatuses: number[] = []
  cutEvery = Number.POSITIVE_INFINITY

  readonly fetch = async (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const method = init?.method ?? 'GET'
    const path = String(url)
    this.requests.push({ method, path, body: init?.body ? JSON.parse(String(init.body)) : undefined })
    const key = `${method} ${path}`
    const answer = this.once.get(key) ?? this.#usual(key)
    this.once.delete(key)
    const { status = 200, data = null, error, message = '' } = answer
    if (status === 0) throw new TypeError('Failed to fetch')
    return new Response(
      JSON.stringify(status < 300 ? { success: true, message, data } : { success: false, message, error }),
      { status },
    )
  }

  readonly openEventSource = (url: string): FakeEventSource => {
    const source = new FakeEventSource(this, url)
    this.sources.push(source)
    return source
  }

  /** Add an event and bring it to every open stream. */
  tell(event: Record<string, unknown>): void {
    this.events.push(event)
    for (const source of this.sources) source.pump()
  }

  /** Bring a text that is being written to every open stream, between the events. */
  show(filePath: string, text: string): void {
    for (const source of this.sources) source.show({ type: 'draft_text', filePath, text })
  }

  asked(method: string, path: string): number {
    return this.requests.filter(request => request.method === method && request.path === path).length
  }

  get openStreams(): number {
    return this.sources.filter(source => source.readyState !== 2).length
  }

  #usual(key: string): Answer {
    if (key === 'POST /api/inngest/trigger')
      return {
        data: {
          sessionId: 'sess_1',
          eventId: 'e',
          status: 'processing',
          totalFiles: 1,
          framework: 'jest',
          estimatedTime: '30s',
        },
      }
    if (key.startsWith('GET /api/inngest/status/'))
      return {
        data: {
          sessionId: 'sess_1',
          progress: 10,
          currentStep: 'session',
          currentMessage: 'Session created successfully',
          round: 1,
          lastEventId: this.events.length,
          files: [],
          summary: null,
          ...this.report,
        },
      }
    if (key.endsWith('/tests')) return { data: { tests: this.tests } }
    return { data: {} }
  }
}

export class FakeEventSource implements EventSourceLike {
  readyState = 0
  onopen: EventSource['onopen'] = null
  onmessage: EventSource['onmessage'] = null
  onerror: EventSource['onerror'] = null
  readonly #service: FakeService
  readonly url: string
  #sent: number
  #sinceCut = 0

  constructor(service: FakeService, url: string) {
    this.#service = service
    this.url = url
    this.#sent = Number(new URL(url, 'http://here').searchParams.get('lastEventId') ?? 0)
    setTimeout(() => this.#connect(), 0)
  }

  close(): void {
    this.readyState = 2
  }

  pump(): void {
    while (this.readyState === 1 && this.#sent < this.#service.events.length) {
      const data = JSON.stringify(this.#service.events[this.#sent])
      this.#sent += 1
      this.#call('onmessage', new MessageEvent('message', { data, lastEventId: String(this.#sent) }))
      this.#sinceCut += 1
      if (this.#sinceCut >= this.#service.cutEvery) this.cut()
    }
  }

  /** Without a number of its own a message carries that of the one before. */
  show(frame: object): void {
    const lastEventId = this.#sent ? String(this.#sent) : ''
    if (this.readyState === 1)
      this.#call('onmessage', new MessageEvent('message', { data: JSON.stringify(frame), lastEventId }))
  }

  /** The line drops; like a browser's, this EventSource connects again by itself and continues after the last event. */
  cut(): void {
    if (this.readyState === 2) return
    this.readyState = 0
    this.#sinceCut = 0
    this.#call('onerror', new Event('error'))
    // The last event before a cut may well arrive twice.
    this.#sent = Math.max(0, this.#sent - 1)
    setTimeout(() => this.#connect(), 20)
  }

  #connect(): void {
    if (this.readyState === 2) return
    if ((this.#service.streamStatuses.shift() ?? 200) !== 200) {
      this.readyState = 2
      this.#call('onerror', new Event('error'))
      return
    }
    this.readyState = 1
    this.#call('onopen', new Event('open'))
    this.pump()
  }

  #call(name: 'onopen' | 'onmessage' | 'onerror', event: Event): void {
    ;(this[name] as ((event: Event) => void) | null)?.call(this, event)
  }
}

const CODE = "it('adds', () => expect(1 + 1).toBe(2))\n"

export const generatedTest = (filePath: string): GeneratedTest => ({
  filePath,
  testFilePath: filePath.replace('.ts', '.test.ts'),
  testCode: CODE,
  testId: `test_${filePath}`,
  evidence: { verified: false, reason: 'nothing ran in this test' },
})

/** The events of one round over some files, as the contract has them. */
export function roundOf(paths: string[], round = 1, failed: string[] = []): Record<string, unknown>[] {
  const common = { sessionId: 'sess_1', round, timestamp: '2026-11-23T10:00:00Z' }
  const opening = round === 1 ? 'session_created' : 'round_started'
  const events: Record<string, unknown>[] = [
    { ...common, type: opening, step: 'session', message: 'Session created successfully', progress: 10 },
  ]
  paths.forEach((filePath, at) => {
    const name = filePath.split('/').at(-1)
    const file = { ...common, currentFile: name, filePath, fileIndex: at + 1, totalFiles: paths.length }
    const start = 10 + (85 * at) / paths.length
    events.push({
      ...file,
      type: 'file_processing',
      step: 'generation',
      message: `Generating tests for ${name}`,
      progress: Math.round(start + (85 * 0.353) / paths.length),
    })
    const progress = Math.round(start + 85 / paths.length)
    const end = { ...file, step: 'generation', progress }
    if (failed.includes(filePath))
      events.push({
        ...end,
        type: 'file_failed',
        message: 'No test passed',
        error: { code: 'tests_failed', message: 'No test passed' },
        retryable: true,
      })
    else
      events.push({
        ...end,
        type: 'test_generated',
        message: '1 test kept',
        generatedTest: generatedTest(filePath),
      })
  })
  const all = failed.length === paths.length
  events.push({
    ...common,
    type: all ? 'generation_failed' : 'generation_completed',
    step: all ? 'failed' : 'completed',
    message: all ? 'No file could be covered' : 'AI test generation completed',
    progress: 100,
    summary: {
      totalFiles: paths.length,
      successfulTests: paths.length - failed.length,
      failedTests: failed.length,
      totalTestCount: paths.length - failed.length,
      averageCoverage: null,
      durationMs: 1,
      tokens: 0,
      costUsd: null,
    },
  })
  return events
}

export const asUpdates = (events: Record<string, unknown>[]) => events as unknown as ProgressUpdate[]
