/** The component of the brief, compiled and run as it stands there. */

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ComponentType } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as brief from './brief/TestGenerationComponent'
import { FakeService, roundOf } from './fake-service'

const { TestGenerationComponent } = brief as unknown as { TestGenerationComponent: ComponentType }

let service: FakeService
beforeEach(() => {
  service = new FakeService()
  vi.stubGlobal('fetch', service.fetch)
  vi.stubGlobal('EventSource', function open(url: string) {
    return service.openEventSource(url)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('it generates, shows its progress, and shows the tests', async () => {
  const [created, processing, generated, completed] = roundOf(['src/Button.tsx'])
  render(<TestGenerationComponent />)
  fireEvent.click(screen.getByRole('button', { name: 'Generate Tests' }))

  expect(await screen.findByText('Generating...')).toBeTruthy()
  service.tell({ ...created })
  service.tell({ ...processing })
  expect(await screen.findByText('Progress: 40%')).toBeTruthy()
  expect(screen.getByText('Step: generation')).toBeTruthy()
  expect(screen.getByText('Message: Generating tests for Button.tsx')).toBeTruthy()

  service.tell({ ...generated })
  service.tell({ ...completed })
  expect(await screen.findByText('src/Button.tsx')).toBeTruthy()
  expect(screen.getByText("it('adds', () => expect(1 + 1).toBe(2))")).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Generate Tests' })).toBeTruthy()
  expect(service.requests[0]).toMatchObject({
    method: 'POST',
    path: '/api/inngest/trigger',
    body: { repositoryId: 'your-repo-id', framework: 'jest', options: { testTypes: ['unit'] } },
  })
})

test('its error renders as text', async () => {
  service.once.set('POST /api/inngest/trigger', { status: 503, message: 'The job engine did not answer.' })
  render(<TestGenerationComponent />)
  fireEvent.click(screen.getByRole('button', { name: 'Generate Tests' }))

  expect(await screen.findByText('Error: The job engine did not answer.')).toBeTruthy()
})

test('it works with a server that sends exactly the events of the brief', async () => {
  render(<TestGenerationComponent />)
  fireEvent.click(screen.getByRole('button', { name: 'Generate Tests' }))
  await screen.findByText('Generating...')
  service.tell({
    type: 'session_created',
    step: 'session',
    message: 'Session created successfully',
    progress: 10,
  })
  service.tell({
    type: 'file_processing',
    step: 'generation',
    message: 'Generating tests for Button.tsx',
    progress: 40,
    currentFile: 'Button.tsx',
    fileIndex: 1,
    totalFiles: 1,
  })
  expect(await screen.findByText('Progress: 40%')).toBeTruthy()
  service.tell({
    type: 'generation_completed',
    step: 'completed',
    message: 'AI test generation completed',
    progress: 100,
    summary: { totalFiles: 1, successfulTests: 1, failedTests: 0, totalTestCount: 5 },
  })

  expect(await screen.findByRole('button', { name: 'Generate Tests' })).toBeTruthy()
})
