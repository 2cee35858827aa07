import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { RepositoryPicker } from '../src/generate/repository-picker'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** What is sent to open a repository, and what was chosen once it was. */
function opening() {
  const bodies: unknown[] = []
  const chosen: string[] = []
  const data = { repositoryId: 'repo_9', name: 'shop', createdAt: '2026-11-28T00:00:00Z' }
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    bodies.push(body instanceof FormData ? (body.get('file') as File).name : JSON.parse(String(body)))
    return new Response(JSON.stringify({ success: true, data }))
  })
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <RepositoryPicker repositories={[]} suggestions={[]} chosen={null} onChoose={id => chosen.push(id)} />
    </QueryClientProvider>,
  )
  const type = (text: string) => {
    fireEvent.change(screen.getByRole('textbox'), { target: { value: text } })
    fireEvent.click(screen.getByRole('button', { name: 'Open' }))
  }
  return { bodies, chosen, container, type }
}

test('a path opens a folder, an address imports a repository', async () => {
  const { bodies, chosen, type } = opening()
  type(' /home/you/shop ')
  await waitFor(() => expect(chosen).toHaveLength(1))
  type('https://example.org/you/shop.git')
  await waitFor(() => expect(chosen).toHaveLength(2))

  expect(bodies).toEqual([{ path: '/home/you/shop' }, { gitUrl: 'https://example.org/you/shop.git' }])
})

test('a zip is sent as it is', async () => {
  const { bodies, chosen, container } = opening()
  const input = container.querySelector('input[type=file]') as HTMLInputElement
  Object.defineProperty(input, 'files', { value: [new File(['PK'], 'shop.zip')] })
  fireEvent.change(input)
  await waitFor(() => expect(chosen).toEqual(['repo_9']))

  expect(bodies).toEqual(['shop.zip'])
})

test('a repository of the token is opened by its address', async () => {
  const bodies: unknown[] = []
  const listed = {
    repositories: [{ repository: 'ann/shop', gitUrl: 'https://g.example/ann/shop.git', private: true }],
  }
  vi.stubGlobal('fetch', async (address: string, { body }: RequestInit) => {
    if (body) bodies.push(JSON.parse(String(body)))
    const data = address.includes('github')
      ? { ...listed, nextPage: null }
      : { repositoryId: 'r', name: 'shop' }
    return new Response(JSON.stringify({ success: true, data }))
  })
  const chosen: string[] = []
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RepositoryPicker repositories={[]} suggestions={[]} chosen={null} onChoose={id => chosen.push(id)} />
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'From GitHub' }))
  fireEvent.click(await screen.findByText('ann/shop'))
  await waitFor(() => expect(chosen).toEqual(['r']))

  expect(bodies).toEqual([{ gitUrl: 'https://g.example/ann/shop.git' }])
})
