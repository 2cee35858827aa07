import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { App } from '../src/app'
import { speak } from '../src/words'
import { english } from '../src/words/english'
import { pseudo } from '../src/words/pseudo'
import { InventedService } from './invented-service'
import { plainTexts } from './plain-texts'

const PATIENCE = { timeout: 15_000 }
let service: InventedService
let queryClient: QueryClient

beforeAll(async () => {
  speak(pseudo(english))
  service = await InventedService.start()
  vi.stubGlobal('fetch', service.fetch)
  vi.stubGlobal(
    'EventSource',
    vi.fn(function open(path: string) {
      return service.open(path)
    }),
  )
  // Room for the rows of the file tree, of which only those in sight are drawn.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800)
})
afterAll(() => service.stop())
beforeEach(() => {
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
})
afterEach(cleanup)

/** What is read on the page at this address and is not of the catalogue, once everything has arrived. */
async function plainAt(address: string, further: () => void = () => {}): Promise<string[]> {
  history.replaceState(null, '', address)
  render(
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>,
  )
  await settled()
  await act(async () => further())
  await settled()
  return plainTexts(document.documentElement, service.said)
}

const settled = () =>
  waitFor(() => {
    expect(document.querySelector('h1')?.textContent).toBeTruthy()
    expect(queryClient.isFetching()).toBe(0)
  }, PATIENCE)

async function sessionOf(paths: readonly string[], instructions?: string): Promise<string> {
  const body = JSON.stringify({
    sessionId: `sess_${paths.length}_${instructions ?? 'fast'}`.replaceAll(' ', '_'),
    repositoryId: 'repo_1',
    files: paths.map(path => ({ path })),
    options: { instructions },
  })
  const { data } = await (await service.fetch('/api/inngest/trigger', { method: 'POST', body })).json()
  return `/sessions/${data.sessionId}`
}

async function endedSession(): Promise<string> {
  const session = await sessionOf(['src/lib/price.ts', 'src/api/client.ts', 'src/pages/Checkout.tsx'])
  const status = session.replace('/sessions/', '/api/inngest/status/')
  await waitFor(async () => {
    expect((await (await service.fetch(status)).json()).data.progress).toBe(100)
  }, PATIENCE)
  return session
}

test.each(['/?repository=repo_1&pick=src/lib/price.ts', '/?repository=repo_1', '/sessions', '/repositories'])(
  'what stands at %s is of the catalogue',
  async address => {
    expect(await plainAt(address)).toEqual([])
  },
)

test.each(['/repositories/repo_1', '/repositories/repo_big', '/settings', '/nowhere', '/sessions/sess_gone'])(
  'what stands at %s is of the catalogue',
  async address => {
    expect(await plainAt(address)).toEqual([])
  },
)

test.each(['test', 'source', 'evidence', 'changes', 'bugs', 'dropped'])(
  'what a session says of a file in its tab %s is of the catalogue',
  async tab => {
    expect(await plainAt(`${await endedSession()}?tab=${tab}&below=timeline`)).toEqual([])
  },
)

test.each(['src/api/client.ts', 'src/pages/Checkout.tsx'])(
  'what a session says of %s, which has no proof, is of the catalogue',
  async path => {
    const session = await endedSession()
    for (const tab of ['test', 'evidence', 'changes', 'bugs']) {
      expect(await plainAt(`${session}?file=${path}&tab=${tab}`)).toEqual([])
      cleanup()
    }
  },
)

test('what a session says while it runs, and once it was stopped, is of the catalogue', async () => {
  const session = await sessionOf(['src/lib/price.ts', 'src/lib/cart.ts'], 'every 300 ms')
  const seen = new Set(await plainAt(session))
  const look = () => {
    for (const text of plainTexts(document.documentElement, service.said)) seen.add(text)
    return screen.queryByText(/Rüññîñg 12/) !== null
  }
  await waitFor(() => expect(look()).toBe(true), { ...PATIENCE, interval: 20 })
  fireEvent.keyDown(document.body, { key: 's' })
  await waitFor(
    () => expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/Štöppéd/),
    PATIENCE,
  )
  look()

  expect([...seen]).toEqual([])
})

test('what stands in the review is of the catalogue', async () => {
  expect(await plainAt(`${await endedSession()}/review`)).toEqual([])
})

test.each([
  ['the list of keys', { key: '?' }],
  ['the palette', { key: 'k', ctrlKey: true }],
])('what stands in %s is of the catalogue', async (_, key) => {
  const plain = await plainAt(await endedSession(), () => fireEvent.keyDown(document.body, key))

  expect(document.querySelector('dialog')).not.toBeNull()
  expect(plain).toEqual([])
})

test('a sentence that is not of the catalogue is found, read out or written', () => {
  document.body.innerHTML =
    '<p title="A title">Written ⟦by <b>the</b> catalogue⟧ itself, <i>src/a.ts</i> a.ts</p><code>let</code>'

  expect(plainTexts(document.body, new Set(['src/a.ts', 'a.ts']))).toEqual(['A title', 'Written', 'itself,'])
})
