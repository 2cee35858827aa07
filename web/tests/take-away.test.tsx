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
  shown({ hasFolder: false, pin: 'sha256:1' })
  expect(button(/branch|pull request/)).toBeNull()
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

test('a pull request is opened after a look at what would be in it', async () => {
  const text = {
    branch: 'b',
    base: 'main',
    title: 'Tests for a.ts',
    body: '12 tests',
    commit: null,
    isNew: true,
  }
  const asked = shown({}, { ...text, paths: ['a.test.ts'], refused: [], url: null })
  fireEvent.click(button(/Open pull request/) as HTMLElement)
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  fireEvent.click(await screen.findByText('See what would be in it'))
  expect(await screen.findByText('Tests for a.ts')).toBeTruthy()
  expect(screen.getByText('12 tests')).toBeTruthy()

  const sent = { ...text, paths: ['a.test.ts'], refused: [], url: 'https://github.example/ann/shop/pull/1' }
  asked.mockImplementation(async () => new Response(JSON.stringify({ success: true, data: sent })))
  fireEvent.click(screen.getByText('Open it on GitHub'))
  expect(await screen.findByRole('link', { name: sent.url, hidden: true })).toBeTruthy()
  const bodies = asked.mock.calls.map(([, request]: unknown[]) =>
    JSON.parse((request as RequestInit).body as string),
  )
  expect(bodies).toEqual([
    { branch: 'testwright/s', preview: true },
    { branch: 'testwright/s', preview: false },
  ])
})

test('a source that has changed since is named', () => {
  shown({ changedSince: ['src/a.ts'] })
  expect(screen.getByText(/Changed in the folder since: src\/a.ts/)).toBeTruthy()
})
