import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ProgressUpdate, StartRequest } from '../src/core/types'
import {
  type UseBackgroundTestGenerationOptions,
  useBackgroundTestGeneration,
} from '../src/use-background-test-generation'
import { FakeService, generatedTest, roundOf } from './fake-service'

const REQUEST: StartRequest = {
  repositoryId: 'repo',
  files: [{ path: 'a.ts', content: '' }],
  framework: 'jest',
}

let service: FakeService
beforeEach(() => {
  service = new FakeService()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function follow(options: UseBackgroundTestGenerationOptions = {}, wrapper?: typeof StrictMode) {
  const seen: ProgressUpdate[] = []
  const onComplete = vi.fn()
  const onError = vi.fn()
  const { result, unmount } = renderHook(
    () =>
      useBackgroundTestGeneration({
        fetch: service.fetch,
        openEventSource: service.openEventSource,
        onProgress: update => seen.push(update),
        onComplete,
        onError,
        ...options,
      }),
    { wrapper },
  )
  return { result, unmount, seen, onComplete, onError }
}

test('nothing is asked before something is wanted', async () => {
  const { result } = follow()
  await act(() => new Promise(done => setTimeout(done, 80)))

  expect(service.requests).toEqual([])
  expect(service.sources).toEqual([])
  expect(result.current).toMatchObject({
    status: 'idle',
    connection: 'idle',
    isGenerating: false,
    error: null,
    progress: 0,
    currentStep: '',
    currentMessage: '',
    sessionId: null,
    generatedTests: [],
  })
})

test('a start is followed to its end, and its suites are there', async () => {
  service.events.push(...roundOf(['a.ts']))
  const { result, seen, onComplete } = follow()
  const started = await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(started?.sessionId).toBe('sess_1')
  expect(seen.map(update => update.type)).toEqual([
    'session_created',
    'file_processing',
    'test_generated',
    'generation_completed',
  ])
  expect(result.current).toMatchObject({ progress: 100, isGenerating: false, connection: 'closed' })
  expect(result.current.generatedTests.map(test => test.filePath)).toEqual(['a.ts'])
  expect(result.current.fileList.map(file => file.stage)).toEqual(['done'])
  expect(onComplete).toHaveBeenCalledOnce()
  expect(service.openStreams).toBe(0)
})

test('a line that drops every 2 events shows each event exactly once', async () => {
  const events = roundOf(['a.ts', 'b.ts', 'c.ts'])
  service.events.push(...events)
  service.cutEvery = 2
  const { result, seen, onComplete } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('completed'), { timeout: 3000 })

  expect(seen).toEqual(events)
  expect(result.current.generatedTests).toHaveLength(3)
  expect(result.current.error).toBeNull()
  expect(onComplete).toHaveBeenCalledOnce()
})

test('a stream that is refused with 503 is opened again after asking how the session is', async () => {
  service.streamStatuses = [503]
  service.events.push(...roundOf(['a.ts']))
  const { result } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('completed'), { timeout: 3000 })

  expect(service.asked('GET', '/api/inngest/status/sess_1')).toBe(1)
  expect(service.sources).toHaveLength(2)
  expect(result.current.error).toBeNull()
})

test('a connection that breaks for good is taken up after the newest event', async () => {
  const events = roundOf(['a.ts', 'b.ts'])
  const { result, seen } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  await act(async () => {
    for (const event of events.slice(0, 3)) service.tell(event)
    service.streamStatuses = [503]
    service.sources[0]?.cut()
  })
  await waitFor(() => expect(service.sources).toHaveLength(2), { timeout: 3000 })
  await act(async () => {
    for (const event of events.slice(3)) service.tell(event)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(service.sources[1]?.url).toBe('/api/inngest/stream/sess_1?live=1&lastEventId=3')
  expect(seen).toEqual(events)
})

test('a 204 after the end closes for good', async () => {
  const events = roundOf(['a.ts'])
  service.events.push(...events.slice(0, 3))
  const { result, onComplete } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.progress).toBe(95))
  service.report = { status: 'completed', progress: 100, lastEventId: 3, round: 1 }
  service.streamStatuses = [204]
  await act(async () => service.sources[0]?.cut())
  await waitFor(() => expect(result.current.connection).toBe('closed'))
  await act(() => new Promise(done => setTimeout(done, 700)))

  expect(result.current.status).toBe('completed')
  expect(onComplete).toHaveBeenCalledOnce()
  expect(service.sources).toHaveLength(1)
})

test('after 5 failures the status endpoint is polled, and the suites are fetched at the end', async () => {
  vi.useFakeTimers()
  service.streamStatuses = Array.from({ length: 100 }, () => 503)
  const { result } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await act(() => vi.advanceTimersByTimeAsync(20_000))

  expect(result.current.connection).toBe('polling')
  expect(result.current.status).toBe('running')

  service.report = {
    status: 'completed',
    progress: 100,
    lastEventId: 4,
    files: [{ path: 'a.ts', status: 'completed', stage: 'done', attempt: 1 }],
  }
  service.tests = [generatedTest('a.ts')]
  await act(() => vi.advanceTimersByTimeAsync(6_000))

  expect(result.current).toMatchObject({ status: 'completed', connection: 'closed', error: null })
  expect(result.current.generatedTests).toHaveLength(1)
})

test('suites of a session that was let go of while they were fetched come to nothing', async () => {
  vi.useFakeTimers()
  service.streamStatuses = Array.from({ length: 100 }, () => 503)
  let arrive = () => {}
  const fetch: typeof globalThis.fetch = async (url, init) => {
    if (String(url).endsWith('/tests')) await new Promise<void>(resolve => (arrive = resolve))
    return service.fetch(url, init)
  }
  const { result, onComplete } = follow({ fetch })
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await act(() => vi.advanceTimersByTimeAsync(20_000))
  service.report = { status: 'completed', progress: 100, lastEventId: 4 }
  service.tests = [generatedTest('a.ts')]
  await act(() => vi.advanceTimersByTimeAsync(6_000))
  await act(async () => result.current.reset())
  await act(async () => arrive())
  await act(() => vi.advanceTimersByTimeAsync(100))

  expect(service.asked('GET', '/api/sessions/sess_1/tests')).toBe(1)
  expect(result.current).toMatchObject({ status: 'idle', sessionId: null, generatedTests: [] })
  expect(onComplete).not.toHaveBeenCalled()
})

test('StrictMode opens one connection', async () => {
  service.report = { status: 'processing', lastEventId: 0 }
  const { result } = follow({ resume: 'sess_1' }, StrictMode)
  await waitFor(() => expect(result.current.connection).toBe('open'))
  await act(() => new Promise(done => setTimeout(done, 120)))

  expect(service.sources).toHaveLength(1)
  expect(service.asked('GET', '/api/inngest/status/sess_1')).toBe(1)
})

test('leaving the page lets go of the connection and cancels nothing', async () => {
  const { result, unmount } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  unmount()
  await new Promise(done => setTimeout(done, 120))

  expect(service.openStreams).toBe(0)
  expect(service.asked('POST', '/api/sessions/sess_1/cancel')).toBe(0)
})

test('a refused start sets the error, calls back and resolves', async () => {
  service.once.set('POST /api/inngest/trigger', {
    status: 400,
    message: 'files[0].path is absolute.',
    error: { code: 'invalid_request', hint: 'Give paths relative to the repository.' },
  })
  const { result, onError } = follow()
  const started = await act(() => result.current.startBackgroundGeneration(REQUEST))

  expect(started).toBeNull()
  expect(result.current).toMatchObject({
    status: 'failed',
    isGenerating: false,
    error: 'files[0].path is absolute.',
    errorDetail: {
      code: 'invalid_request',
      hint: 'Give paths relative to the repository.',
      retryable: false,
    },
  })
  expect(String(onError.mock.calls[0]?.[0])).toBe('files[0].path is absolute.')
  expect(service.sources).toEqual([])
})

test('a start without a network says so and can be tried again', async () => {
  service.once.set('POST /api/inngest/trigger', { status: 0 })
  service.events.push(...roundOf(['a.ts']))
  const { result } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))

  expect(result.current.errorDetail).toMatchObject({ code: 'network', retryable: true })

  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(result.current.error).toBeNull()
})

test('a double click starts once', async () => {
  const { result } = follow()
  await act(() =>
    Promise.all([
      result.current.startBackgroundGeneration(REQUEST),
      result.current.startBackgroundGeneration(REQUEST),
    ]),
  )

  expect(service.asked('POST', '/api/inngest/trigger')).toBe(1)
})

test('stop asks the server, and its terminal event ends the session', async () => {
  const { result, onComplete } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  const [created, processing] = roundOf(['a.ts'])
  await act(async () => service.tell({ ...created }))
  await act(() => result.current.stopGeneration())

  expect(service.asked('POST', '/api/sessions/sess_1/cancel')).toBe(1)
  expect(result.current.status).toBe('cancelling')

  await act(async () => {
    service.tell({ ...processing })
    service.tell({ ...created, type: 'generation_cancelled', step: 'cancelled', progress: 100 })
  })
  await waitFor(() => expect(result.current.status).toBe('cancelled'))

  expect(onComplete).toHaveBeenCalledWith(expect.objectContaining({ status: 'cancelled' }))
})

test('a resumed session shows where it stands at once, then replays every event', async () => {
  const events = roundOf(['a.ts', 'b.ts'])
  service.events.push(...events.slice(0, 4))
  service.report = {
    status: 'processing',
    progress: 80,
    files: [
      { path: 'a.ts', status: 'completed', stage: 'done', attempt: 1 },
      { path: 'b.ts', status: 'processing', stage: 'writing', attempt: 0 },
    ],
  }
  const { result, seen } = follow()
  const found = await act(() => result.current.resume('sess_1'))

  expect(found).toBe(true)
  expect(result.current.progress).toBe(80)
  expect(result.current.fileList.map(file => file.stage)).toEqual(['done', 'writing'])

  await waitFor(() => expect(seen).toHaveLength(4))
  await act(async () => {
    for (const event of events.slice(4)) service.tell(event)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(seen).toEqual(events)
})

test('the end of an older round neither closes nor calls back', async () => {
  const first = roundOf(['a.ts'])
  const second = roundOf(['a.ts'], 2)
  service.events.push(...first, ...second.slice(0, 2))
  service.report = { status: 'processing', round: 2, progress: 40 }
  const { result, onComplete } = follow({ resume: 'sess_1' })
  await waitFor(() => expect(result.current.connection).toBe('open'))
  await waitFor(() => expect(result.current.status).toBe('running'))

  expect(onComplete).not.toHaveBeenCalled()
  expect(result.current.isGenerating).toBe(true)

  await act(async () => {
    for (const event of second.slice(2)) service.tell(event)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(onComplete).toHaveBeenCalledOnce()
  expect(service.sources).toHaveLength(1)
})

test('a session that is gone sets the error and stops asking', async () => {
  service.once.set('GET /api/inngest/status/sess_x', {
    status: 404,
    message: 'This session is gone, or is not yours.',
    error: { code: 'session_not_found' },
  })
  const { result, onError } = follow({ resume: 'sess_x' })
  await waitFor(() => expect(result.current.error).toBe('This session is gone, or is not yours.'))

  expect(result.current.connection).toBe('closed')
  expect(onError).toHaveBeenCalledOnce()
  expect(service.sources).toEqual([])
})

test('a retried file is a further round of the same session, on a new connection', async () => {
  service.events.push(...roundOf(['a.ts', 'b.ts'], 1, ['b.ts']))
  const { result, seen, onComplete } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('partial'))
  await act(async () => {
    const retried = result.current.retryFailed()
    service.events.push(...roundOf(['b.ts'], 2))

    expect(await retried).toBe(1)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(service.requests.find(request => request.path.endsWith('/retry'))?.body).toEqual({ paths: ['b.ts'] })
  expect(service.sources[1]?.url).toContain('lastEventId=6')
  expect(seen).toHaveLength(10)
  expect(result.current.generatedTests.map(test => test.filePath)).toEqual(['a.ts', 'b.ts'])
  expect(onComplete).toHaveBeenCalledTimes(2)
})

test('what a budget stopped goes on under a new limit, in a further round', async () => {
  service.events.push(...roundOf(['a.ts', 'b.ts'], 1, ['b.ts']))
  for (const event of service.events)
    if (event.type === 'file_failed') event.error = { code: 'budget_reached', message: '', retryable: true }
  const { result } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('partial'))
  await act(async () => {
    const gone = result.current.goOn(2)
    service.events.push(...roundOf(['b.ts'], 2))

    expect(await gone).toBe(1)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(service.requests.find(request => request.path.endsWith('/continue'))?.body).toEqual({
    maxCostUsd: 2,
  })
})

test('a refused retry leaves the files as they were', async () => {
  service.events.push(...roundOf(['a.ts', 'b.ts'], 1, ['b.ts']))
  const { result } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.status).toBe('partial'))
  service.once.set('POST /api/sessions/sess_1/retry', {
    status: 503,
    message: 'The job engine did not answer.',
  })
  await act(() => result.current.retryFile('b.ts'))

  expect(result.current).toMatchObject({ status: 'partial', error: 'The job engine did not answer.' })
  expect(result.current.files['b.ts']?.stage).toBe('failed')

  act(() => result.current.clearError())
  expect(result.current.error).toBeNull()
})

test('reset lets go of a running session, and what still arrives is ignored', async () => {
  const { result, seen } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  act(() => result.current.reset())
  await act(async () => service.tell(roundOf(['a.ts'])[0] ?? {}))

  expect(seen).toEqual([])
  expect(result.current).toMatchObject({ status: 'idle', connection: 'idle', sessionId: null, fileList: [] })
  expect(service.asked('POST', '/api/sessions/sess_1/cancel')).toBe(0)
})

test('a storm of events renders a few times, not each time', async () => {
  const paths = Array.from({ length: 200 }, (_, at) => `src/f${at}.ts`)
  let renders = 0
  const { result } = renderHook(() => {
    renders += 1
    return useBackgroundTestGeneration({ fetch: service.fetch, openEventSource: service.openEventSource })
  })
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  await act(async () => {
    for (const event of roundOf(paths)) service.tell(event)
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(result.current.generatedTests).toHaveLength(200)
  expect(renders).toBeLessThan(15)
})

test('a tab nobody looks at gives its connection back and continues where it was', async () => {
  vi.useFakeTimers()
  let visibility: DocumentVisibilityState = 'visible'
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
  const turn = (to: DocumentVisibilityState) => {
    visibility = to
    document.dispatchEvent(new Event('visibilitychange'))
  }
  const events = roundOf(['a.ts'])
  const { result, seen } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await act(() => vi.advanceTimersByTimeAsync(10))
  await act(async () => service.tell(events[0] ?? {}))
  await act(async () => turn('hidden'))
  await act(() => vi.advanceTimersByTimeAsync(31_000))

  expect(result.current.connection).toBe('polling')
  expect(service.openStreams).toBe(0)

  for (const event of events.slice(1)) service.tell(event)
  await act(async () => turn('visible'))
  await act(() => vi.advanceTimersByTimeAsync(100))

  expect(seen).toEqual(events)
  expect(result.current.status).toBe('completed')
})

test('offline is told, and back online it goes on', async () => {
  const events = roundOf(['a.ts'])
  const { result, seen } = follow()
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(result.current.connection).toBe('open'))
  await act(async () => {
    service.tell(events[0] ?? {})
    window.dispatchEvent(new Event('offline'))
  })
  await waitFor(() => expect(result.current.connection).toBe('offline'))
  for (const event of events.slice(1)) service.tell(event)
  await act(async () => {
    window.dispatchEvent(new Event('online'))
  })
  await waitFor(() => expect(result.current.status).toBe('completed'))

  expect(seen).toEqual(events)
})

test('headers travel with requests, and a ticket opens the stream', async () => {
  service.once.set('POST /api/sessions/sess_1/ticket', { data: { ticket: 'abc' } })
  const { result } = follow({ headers: { Authorization: 'Bearer x' } })
  await act(() => result.current.startBackgroundGeneration(REQUEST))
  await waitFor(() => expect(service.sources).toHaveLength(1))

  expect(service.sources[0]?.url).toBe('/api/inngest/stream/sess_1?live=1&ticket=abc')
})

test('what is being written is shown, is no event, and goes with the next one', async () => {
  service.events.push(...roundOf(['a.ts']).slice(0, 2))
  const { result, seen } = follow({ resume: 'sess_1' })
  await waitFor(() => expect(result.current.fileList[0]?.stage).toBe('analysing'))
  const draftText = () => result.current.fileList[0]?.draftText

  act(() => service.show('a.ts', "it('adds"))
  await waitFor(() => expect(draftText()).toBe("it('adds"))
  act(() => service.show('a.ts', ''))
  await waitFor(() => expect(draftText()).toBeNull())
  act(() => service.show('a.ts', "it('divides"))
  act(() => service.show('of-another-session.ts', 'x'))
  await waitFor(() => expect(draftText()).toBe("it('divides"))
  act(() => service.tell({ ...roundOf(['a.ts'])[1], type: 'test_drafted', attempt: 1, testCount: 1 }))
  await waitFor(() => expect(draftText()).toBeNull())

  expect(seen.map(update => update.type)).toEqual(['session_created', 'file_processing', 'test_drafted'])
  expect(result.current.fileList).toHaveLength(1)
})

test('a text whose end was missed does not stay', async () => {
  service.events.push(...roundOf(['a.ts']).slice(0, 2))
  const { result } = follow({ resume: 'sess_1' })
  await waitFor(() => expect(result.current.fileList[0]?.stage).toBe('analysing'))
  act(() => service.show('a.ts', "it('adds"))
  await waitFor(() => expect(result.current.fileList[0]?.draftText).toBe("it('adds"))

  act(() => service.sources[0]?.cut())

  await waitFor(() => expect(result.current.fileList[0]?.draftText).toBeNull())
})
