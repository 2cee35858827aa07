import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { FileState } from '@testwright/react'
import { afterEach, expect, test, vi } from 'vitest'
import { FilePane } from '../src/session/file-pane'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const PACKAGES = { filePath: 'src/a.py', packages: '22 packages from uv.lock' }

function failed(code: string): FileState {
  const error = { code, message: 'No module named attrs', retryable: true, filePath: 'src/a.py' }
  return {
    path: 'src/a.py',
    stage: 'failed',
    error,
    test: null,
    dropped: [],
    draftText: null,
  } as unknown as FileState
}

function shown(file: FileState, onInstall: (() => void) | null, files: object[] = [PACKAGES]) {
  const asked = vi.fn(async (_: string) => Response.json({ success: true, message: '', data: { files } }))
  vi.stubGlobal('fetch', asked)
  render(
    <QueryClientProvider client={new QueryClient()}>
      <FilePane
        sessionId="s"
        file={file}
        tab="test"
        onTab={vi.fn()}
        onRetry={vi.fn()}
        onInstall={onInstall}
      />
    </QueryClientProvider>,
  )
  return asked
}

test('a file that lacks its packages offers to install them from the lock and to try again', async () => {
  const onInstall = vi.fn()
  shown(failed('missing_package'), onInstall)

  fireEvent.click(
    await screen.findByRole('button', { name: 'Install 22 packages from uv.lock and try again' }),
  )

  expect(onInstall).toHaveBeenCalledOnce()
})

test('nothing is offered where nothing can be installed, or by nobody here', async () => {
  const asked = shown(failed('missing_package'), vi.fn(), [])
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce())

  expect(screen.queryByRole('button', { name: /Install/ })).toBeNull()
})

test('nobody is asked about a file that failed for another reason', () => {
  const asked = shown(failed('tests_failed'), vi.fn())

  expect(asked).not.toHaveBeenCalled()
})
