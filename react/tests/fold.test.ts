import { expect, test } from 'vitest'
import { foldEvent, foldReport, initialState, requeued, type SessionState } from '../src/core/fold'
import type { ProgressUpdate, StatusReport } from '../src/core/types'
import { asUpdates, roundOf } from './fake-service'

const fold = (events: ProgressUpdate[], from: SessionState = initialState) =>
  events.reduce((state, update, at) => foldEvent(state, at + 1, update), from)

test('the same event twice is folded once', () => {
  const events = asUpdates(roundOf(['a.ts']))
  const twice = events.reduce(
    (state, update, at) => foldEvent(foldEvent(state, at + 1, update), at + 1, update),
    initialState,
  )

  expect(twice).toEqual(fold(events))
  expect(foldEvent(twice, 2, events[1] as ProgressUpdate)).toBe(twice)
})

test('folding leaves the older state as it was', () => {
  const events = asUpdates(roundOf(['a.ts', 'b.ts']))
  let state = initialState
  for (const [at, update] of events.entries()) {
    const before = structuredClone(state)
    const next = foldEvent(state, at + 1, update)

    expect(state).toEqual(before)
    state = next
  }
})

test('progress never falls within a round and starts again with the next', () => {
  const late = { ...asUpdates(roundOf(['a.ts']))[1], progress: 5 } as ProgressUpdate
  const first = asUpdates(roundOf(['a.ts'])).slice(0, 3)

  expect(fold([...first, late]).progress).toBe(95)
  expect(
    fold([...asUpdates(roundOf(['a.ts'])), ...asUpdates(roundOf(['a.ts'], 2)).slice(0, 1)]).progress,
  ).toBe(10)
})

test('who is told that the queue moves waits on', () => {
  const [opened] = asUpdates(roundOf(['a.ts']))
  const moved = {
    ...opened,
    type: 'queue_moved',
    message: 'Next to begin',
    queuePosition: 0,
  } as ProgressUpdate
  const state = fold([opened as ProgressUpdate, moved])

  expect(state.status).toBe('queued')
  expect(state.currentMessage).toBe('Next to begin')
})

test('files of the same base name are kept apart by their paths', () => {
  const state = fold(asUpdates(roundOf(['one/index.ts', 'two/index.ts'], 1, ['two/index.ts'])))

  expect(state.files['one/index.ts']?.stage).toBe('done')
  expect(state.files['two/index.ts']?.stage).toBe('failed')
  expect(state.generatedTests.map(test => test.filePath)).toEqual(['one/index.ts'])
  expect(state.status).toBe('partial')
})

test('a round that covered nothing has failed, with an error', () => {
  const state = fold(asUpdates(roundOf(['a.ts'], 1, ['a.ts'])))

  expect(state.status).toBe('failed')
  expect(state.errorDetail?.message).toBe('No file could be covered')
})

test('a later round replaces the suite of its file and keeps the others', () => {
  const again = asUpdates(roundOf(['b.ts'], 2))
  const state = fold([...asUpdates(roundOf(['a.ts', 'b.ts'])), ...again])

  expect(state.generatedTests.map(test => test.filePath)).toEqual(['a.ts', 'b.ts'])
  expect(state.files['b.ts']?.index).toBe(2)
  expect(state.round).toBe(2)
})

test('the status speaks of all files, the events of their round', () => {
  const first = asUpdates(roundOf(['a.ts', 'b.ts'], 1, ['b.ts']))
  const failedAgain = [...first, ...asUpdates(roundOf(['b.ts'], 2, ['b.ts']))]
  const otherAgain = [...failedAgain, ...asUpdates(roundOf(['a.ts'], 3))]
  const mended = [...otherAgain, ...asUpdates(roundOf(['b.ts'], 4))]

  expect(fold(failedAgain)).toMatchObject({ status: 'partial', errorDetail: { message: expect.anything() } })
  expect(fold(otherAgain)).toMatchObject({ status: 'partial', errorDetail: null })
  expect(fold(mended).status).toBe('completed')
})

test('a file that is new in a later round stands behind the others, whatever its number there', () => {
  const state = fold([...asUpdates(roundOf(['a.ts', 'b.ts'])), ...asUpdates(roundOf(['c.ts'], 2))])

  expect(Object.values(state.files).map(({ path, index }) => [path, index])).toEqual([
    ['a.ts', 1],
    ['b.ts', 2],
    ['c.ts', 3],
  ])
})

test('files that a stop leaves unfinished share its end', () => {
  const events = asUpdates(roundOf(['a.ts', 'b.ts'])).slice(0, 3)
  const stopped = {
    ...events[0],
    type: 'generation_cancelled',
    step: 'cancelled',
    progress: 100,
  } as ProgressUpdate
  const state = fold([...events, stopped], requeued(initialState, ['a.ts', 'b.ts']))

  expect(state.status).toBe('cancelled')
  expect(state.files['a.ts']?.stage).toBe('done')
  expect(state.files['b.ts']?.stage).toBe('cancelled')
})

test('a type from a newer server changes only the common fields', () => {
  const update = { ...asUpdates(roundOf(['a.ts']))[0], type: 'tea_served', message: 'Tea', progress: 12 }
  const state = fold([...asUpdates(roundOf(['a.ts'])).slice(0, 1), update as unknown as ProgressUpdate])

  expect(state.currentMessage).toBe('Tea')
  expect(state.progress).toBe(12)
  expect(state.files).toEqual({})
})

test('a waiting file knows when it is due', () => {
  const file = asUpdates(roundOf(['a.ts']))[1]
  const wait = {
    ...file,
    type: 'retry_scheduled',
    attempt: 1,
    retryInSeconds: 20,
    reason: 'Gemini asked us to wait',
  }

  expect(fold([wait as ProgressUpdate]).files['a.ts']).toMatchObject({
    stage: 'waiting',
    retryAt: '2026-11-23T10:00:20.000Z',
  })
})

test('what a file has taken so far grows while it is worked on, and starts again with a further round', () => {
  const [, processing, generated] = asUpdates(roundOf(['a.ts']))
  const drafted = { ...processing, type: 'test_drafted', attempt: 1, tokens: 700, costUsd: null }
  const silent = { ...drafted, type: 'test_repairing', tokens: undefined }
  const spent = (...events: unknown[]) =>
    fold([processing, ...events] as ProgressUpdate[]).files['a.ts']?.spent

  expect(spent()).toBeNull()
  expect(spent(drafted, silent)).toEqual({ tokens: 700, costUsd: null })
  expect(spent(drafted, generated, { ...processing, round: 2 })).toBeNull()
})

test('the status endpoint gives the same picture as the events', () => {
  const events = asUpdates(roundOf(['a.ts', 'b.ts'], 1, ['b.ts']))
  const folded = fold(events)
  const report = {
    sessionId: 'sess_1',
    status: 'partial',
    progress: 100,
    currentStep: 'completed',
    currentMessage: 'AI test generation completed',
    round: 1,
    lastEventId: events.length,
    summary: folded.summary,
    files: [
      { path: 'a.ts', status: 'completed', stage: 'done', attempt: 0 },
      {
        path: 'b.ts',
        status: 'failed',
        stage: 'failed',
        attempt: 0,
        error: { code: 'tests_failed', message: 'No test passed' },
      },
    ],
  } as unknown as StatusReport
  const reported = foldReport(initialState, report)

  const shape = (state: SessionState) => ({
    status: state.status,
    progress: state.progress,
    message: state.currentMessage,
    summary: state.summary,
    stages: Object.values(state.files).map(file => [file.path, file.stage, file.error?.message]),
  })
  expect(shape(reported)).toEqual(shape(folded))
})
