import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { FileState } from '@testwright/react'
import { afterEach, expect, test, vi } from 'vitest'
import { GoOn } from '../src/session/go-on'

afterEach(cleanup)

const failed = (code: string) => ({ path: 'a.ts', stage: 'failed', error: { code }, test: null }) as FileState

test('files that a limit stopped go on under a new one', () => {
  const onGoOn = vi.fn()
  render(<GoOn files={[failed('budget_reached'), failed('model_refused')]} onGoOn={onGoOn} />)

  fireEvent.change(screen.getByLabelText(/New limit/), { target: { value: '2.5' } })
  fireEvent.click(screen.getByRole('button', { name: 'Go on with 1 file' }))

  expect(onGoOn).toHaveBeenCalledExactlyOnceWith(2.5)
})

test('nothing is offered where no limit stopped anything', () => {
  const { container } = render(<GoOn files={[failed('model_refused')]} onGoOn={vi.fn()} />)

  expect(container.innerHTML).toBe('')
})
