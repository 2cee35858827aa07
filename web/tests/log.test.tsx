import { act, cleanup, render, screen } from '@testing-library/react'
import type { ProgressUpdate } from '@testwright/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inBlocks, LineLog } from '../src/session/log'
import { LogView } from '../src/session/log-view'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const update = (message: string, more: object = {}) =>
  ({ type: 'file_analyzed', message, timestamp: '2026-11-23T10:00:00Z', ...more }) as ProgressUpdate

function logOf(lines: number): LineLog {
  const log = new LineLog()
  for (let at = 1; at <= lines; at++) log.add(update(`event ${at}`))
  vi.runAllTimers()
  return log
}

test('a line stays in its block, whatever comes after it', () => {
  const log = logOf(120)
  const before = inBlocks(log.lines())
  log.add(update('one more'))
  vi.runAllTimers()
  const after = inBlocks(log.lines())

  expect(before.flat()).toEqual(log.lines().slice(0, 120))
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1))
  expect(after.flat()).toEqual(log.lines())
})

test('the log shows every line once, also those that come later', () => {
  const log = logOf(70)
  render(<LogView log={log} />)
  log.add(update('Gemini is busy', { type: 'retry_scheduled', retryInSeconds: 20 }))
  act(() => void vi.runAllTimers())

  const shown = [...screen.getByRole('log').querySelectorAll('p')].map(line => line.lastChild?.textContent)
  expect(shown).toEqual([
    ...Array.from({ length: 70 }, (_, at) => `event ${at + 1}`),
    'Gemini is busy (20 s)',
  ])
})

test('of a long session the newest 2,000 lines are kept and shown', () => {
  const log = logOf(2130)
  const { container } = render(<LogView log={log} />)
  log.add(update('the last'))
  act(() => void vi.runAllTimers())

  const shown = [...container.querySelectorAll('p')].map(line => line.lastChild?.textContent)
  expect(shown.length).toBe(2000)
  expect([shown[0], shown.at(-1)]).toEqual(['event 132', 'the last'])
})
