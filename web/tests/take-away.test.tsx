import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { SessionDetail } from '../src/api/types'
import { TakeAway } from '../src/session/take-away'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const shown = (detail: object, answer: object = {}) => {
  const asked = vi.fn(async () => new Response(JSON.stringify({ success: true, data: answer })))
  vi.stubGlobal('fetch', asked)
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TakeAway
        detail={{ sessionId: 's', hasFolder: true, applied: [], ...detail } as unknown as SessionDetail}
      />
    </QueryClientProvider>,
  )
  return asked
}
const button = (name: RegExp) => screen.queryByRole('button', { name })

test('suites without a folder can be downloaded only', () => {
  shown({ hasFolder: false })
  expect(button(/Apply/)).toBeNull()
  expect(screen.getByRole('link', { name: 'Zip' }).getAttribute('href')).toBe(
    '/api/sessions/s/export?format=zip',
  )
  expect(screen.getByRole('link', { name: 'Patch' }).getAttribute('href')).toBe(
    '/api/sessions/s/export?format=patch',
  )
})

test('applying says what was written, what was there and what was left alone', async () => {
  const asked = shown(
    {},
    {
      changed: ['a.test.ts'],
      unchanged: ['b.test.ts'],
      refused: [
        { path: 'c.test.ts', problem: 'c.test.ts exists and is never overwritten', hint: 'Move it.' },
      ],
    },
  )
  fireEvent.click(button(/Apply/) as HTMLElement)
  expect(await screen.findByText('1 file written: a.test.ts; there already: b.test.ts')).toBeTruthy()
  expect(screen.getByText('c.test.ts exists and is never overwritten.')).toBeTruthy()
  expect(asked.mock.calls[0]?.slice(0, 1)).toEqual(['/api/sessions/s/apply'])
})

test('what was written is taken back', async () => {
  const asked = shown({ applied: ['a.test.ts'] }, { changed: ['a.test.ts'], unchanged: [], refused: [] })
  fireEvent.click(button(/Take back 1 file/) as HTMLElement)
  expect(await screen.findByText('1 file taken back: a.test.ts')).toBeTruthy()
  expect(asked.mock.calls[0]?.slice(0, 1)).toEqual(['/api/sessions/s/apply/undo'])
})

test('nothing is offered to be taken back before anything was written', () => {
  shown({})
  expect(button(/Take back/)).toBeNull()
})
