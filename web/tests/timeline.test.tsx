import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Step } from '../src/api/types'
import { lanesOf, roundsOf } from '../src/session/lanes'
import { Timeline } from '../src/session/timeline'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const at = (second: number) => new Date(Date.UTC(2026, 10, 27, 10, 0, second)).toISOString()
const step = (
  path: string,
  name: string,
  from: number,
  to: number | null,
  more: Partial<Step> = {},
): Step => ({
  path,
  round: 1,
  step: name,
  attempt: 1,
  state: to === null ? 'running' : 'done',
  startedAt: at(from),
  endedAt: to === null ? null : at(to),
  durationMs: to === null ? null : (to - from) * 1000,
  ...more,
})
const failed = {
  attempt: 1,
  state: 'failed',
  error: { code: 'model_busy', message: 'Gemini is busy.' },
} as const

test('each file has a lane, and each step its share of the whole time', () => {
  const { lanes, seconds } = lanesOf(
    [step('a.ts', 'draft/1', 0, 10), step('b.ts', 'draft/1', 5, 10), step('a.ts', 'run/1', 10, 20)],
    1,
    Date.parse(at(20)),
  )

  expect(seconds).toBe(20)
  expect(lanes.map(({ path }) => path)).toEqual(['a.ts', 'b.ts'])
  expect(lanes[0]?.bars.map(({ from, width, kind }) => [from, width, kind])).toEqual([
    [0, 50, 'writing'],
    [50, 50, 'running'],
  ])
})

test('a step that is not over reaches to now, a broken one to where its file went on', () => {
  const steps = [step('a.ts', 'draft/1', 0, null, { state: 'interrupted' }), step('a.ts', 'draft/1', 4, null)]

  const [lane] = lanesOf(steps, 1, Date.parse(at(10))).lanes

  expect(lane?.bars.map(({ from, width }) => [from, width])).toEqual([
    [0, 40],
    [40, 60],
  ])
})

test('rounds are told apart', () => {
  const steps = [step('a.ts', 'run/1', 0, 1), step('a.ts', 'run/1', 500, 501, { round: 2 })]

  expect(roundsOf(steps)).toEqual([1, 2])
  expect(lanesOf(steps, 2, 0).seconds).toBe(1)
})

test('the file that is looked at tells its figures, retries and errors included', async () => {
  const steps = [
    step('src/a.ts', 'draft/1', 0, 3, failed),
    step('src/a.ts', 'draft/1', 7, 10, { attempt: 2 }),
    step('src/b.ts', 'run/1', 2, 4),
  ]
  vi.stubGlobal('fetch', async () => Response.json({ success: true, message: '', data: { steps } }))
  const onSelect = vi.fn()
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Timeline sessionId="s" isGenerating={false} selected="src/a.ts" onSelect={onSelect} now={0} />
    </QueryClientProvider>,
  )

  const rows = within(await screen.findByRole('table'))
    .getAllByRole('row')
    .slice(1)
  fireEvent.click(screen.getByRole('button', { name: 'b.ts' }))

  expect(rows.map(row => row.textContent)).toEqual([
    ' Write tests0.0 s3.0 sGemini is busy.',
    ' Write tests, attempt 27.0 s3.0 sdone',
  ])
  expect(onSelect).toHaveBeenCalledWith('src/b.ts')
})
