import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { activeKeys, listenForKeys, useKeys, useKeysOn } from '../src/ui/keys'

const run = vi.fn()
let letGo = () => {}

function Page({ inner = false }: { inner?: boolean }) {
  const [on, switchKeys] = useKeysOn()
  useKeys({ s: { label: 'Stop', run: () => run('outer') } })
  return (
    <>
      <input aria-label="Name" />
      <div role="dialog">
        <button type="button">In a dialog</button>
      </div>
      <button type="button" onClick={() => switchKeys(!on)}>
        Switch
      </button>
      {inner && <Inner />}
    </>
  )
}
function Inner() {
  useKeys({ s: { label: 'Save', run: () => run('inner') } })
  return null
}

beforeEach(() => {
  letGo = listenForKeys()
})
afterEach(() => {
  cleanup()
  letGo()
  run.mockClear()
})
const press = (init: object, on: Element = document.body) => fireEvent.keyDown(on, { key: 's', ...init })

test('a key does what the newest part of the page says', () => {
  const { rerender } = render(<Page />)
  press({})
  rerender(<Page inner />)
  press({})

  expect(run.mock.calls).toEqual([['outer'], ['inner']])
  expect(activeKeys().map(({ key, label }) => `${key} ${label}`)).toEqual(['s Save'])
})

test('keys sleep in fields, in dialogs and with a modifier', () => {
  render(<Page />)
  press({}, screen.getByLabelText('Name'))
  press({}, screen.getByText('In a dialog'))
  press({ ctrlKey: true })
  press({ metaKey: true })

  expect(run).not.toHaveBeenCalled()
})

test('keys can be switched off, and on again', () => {
  render(<Page />)
  act(() => screen.getByText('Switch').click())
  press({})
  expect(run).not.toHaveBeenCalled()
  act(() => screen.getByText('Switch').click())
  press({})
  expect(run).toHaveBeenCalledOnce()
})

test('what is gone from the page has no key any more', () => {
  render(<Page />).unmount()
  press({})

  expect(run).not.toHaveBeenCalled()
  expect(activeKeys()).toEqual([])
})
