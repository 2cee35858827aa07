import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { testQuery } from '../src/api/queries'
import type { Decision } from '../src/api/types'
import { DecisionSwitch } from '../src/session/decision'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function shown(decision: Decision, answer: object, status = 200) {
  const asked = vi.fn(async () => new Response(JSON.stringify(answer), { status }))
  vi.stubGlobal('fetch', asked)
  const client = new QueryClient()
  client.setQueryData(testQuery('s', 't').queryKey, { testId: 't', decision } as never)
  render(
    <QueryClientProvider client={client}>
      <DecisionSwitch sessionId="s" testId="t" decision={decision} />
    </QueryClientProvider>,
  )
  return { asked, kept: () => client.getQueryData(testQuery('s', 't').queryKey)?.decision }
}
const sent = (asked: ReturnType<typeof vi.fn>) => JSON.parse(asked.mock.calls[0]?.[1].body)

test('rejecting a suite is told to the server and remembered', async () => {
  const { asked, kept } = shown('undecided', { success: true, data: {} })
  fireEvent.click(screen.getByRole('radio', { name: 'Reject' }))
  await waitFor(() => expect(kept()).toBe('rejected'))
  expect(asked.mock.calls[0]?.slice(0, 1)).toEqual(['/api/sessions/s/tests/t'])
  expect(sent(asked)).toEqual({ decision: 'rejected' })
})

test('pressing what is chosen takes it back', async () => {
  const { asked, kept } = shown('rejected', { success: true, data: {} })
  fireEvent.click(screen.getByRole('radio', { name: 'Reject' }))
  await waitFor(() => expect(kept()).toBe('undecided'))
  expect(sent(asked)).toEqual({ decision: 'undecided' })
})

test('a decision that was not taken says why and changes nothing', async () => {
  const { kept } = shown('undecided', { success: false, message: 'This session is gone.' }, 404)
  fireEvent.click(screen.getByRole('radio', { name: 'Keep' }))
  await screen.findByText(/This session is gone\./)
  expect(kept()).toBe('undecided')
})
