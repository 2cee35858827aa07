import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { GeneratedTest, VerifiedEvidence } from '@testwright/react'
import { afterEach, expect, test, vi } from 'vitest'
import { diffOf } from '../src/review/diff'
import { forgetDraft, keepDraft, keptDraft } from '../src/review/kept-drafts'
import { TestList } from '../src/review/test-list'

afterEach(cleanup)

const EVIDENCE = {
  verified: true,
  writer: 'explorer',
  testCount: 2,
  passedRuns: 5,
  runs: 5,
  tests: [
    { name: 'adds', passedRuns: 5, runs: 5, durationMs: 3, mutants: { killed: 2, survived: 1, sampled: 3 } },
    { name: '<img src=x>', passedRuns: 5, runs: 5, durationMs: 1500, oracle: 'observed', passedAlone: false },
  ],
} as unknown as VerifiedEvidence
const suite = (testCode: string, ranges?: [number, number][]): GeneratedTest => ({
  filePath: 'a.py',
  testFilePath: 'test_a.py',
  testId: 't',
  testCode,
  evidence: { ...EVIDENCE, ...(ranges && { addedTo: { path: 'test_a.py', sha256: '', ranges } }) },
})

test('all lines of a new file are new', () => {
  expect(diffOf(suite('one\ntwo\n'))).toEqual({ added: new Set([1, 2]), shown: null, gaps: new Map() })
})

test('of a suite that tests were added to, what is new stands with its neighbours; the rest is a gap', () => {
  const lines = Array.from({ length: 20 }, (_, at) => `ünï ${at}`)
  const before = `${lines.slice(0, 10).join('\n')}\n`
  const bytes = new TextEncoder().encode(before).length
  const added = 'new one\nnew two\n'
  const {
    added: marked,
    shown,
    gaps,
  } = diffOf(suite(`${before}${added}${lines.slice(10).join('\n')}\n`, [[bytes, bytes + added.length]]))

  expect([...marked]).toEqual([11, 12])
  expect([...(shown ?? [])].sort((one, other) => one - other)).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
  expect([...gaps]).toEqual([
    [0, 7],
    [15, 7],
  ])
})

test('tests that are unticked are named when the rest is to be verified without them', () => {
  const onWithout = vi.fn()
  render(<TestList evidence={EVIDENCE} running={false} onWithout={onWithout} />)
  expect(screen.queryByRole('button')).toBeNull()
  fireEvent.click(screen.getByRole('checkbox', { name: '<img src=x>' }))
  fireEvent.click(screen.getByRole('button', { name: 'Verify without 1 test' }))

  expect(onWithout).toHaveBeenCalledWith(['<img src=x>'])
})

test('what is known of each test stands beside it, as text', () => {
  const { container } = render(<TestList evidence={EVIDENCE} running={false} onWithout={() => {}} />)

  expect(screen.getByText('writes down what the code does')).toBeTruthy()
  expect(screen.getByText('not seen alone')).toBeTruthy()
  expect(screen.getByText('2/3')).toBeTruthy()
  expect(container.querySelector('img')).toBeNull()
})

test('a suite is not verified without all of its tests', () => {
  render(<TestList evidence={EVIDENCE} running={false} onWithout={() => {}} />)
  for (const box of screen.getAllByRole('checkbox')) fireEvent.click(box)

  expect(screen.getByRole('button', { name: 'Verify without 2 tests' })).toHaveProperty('disabled', true)
  expect(screen.getByText(/reject the suite instead/)).toBeTruthy()
})

test('what is being edited outlives a reload', () => {
  keepDraft('t', 'my text')
  expect(keptDraft('t')).toBe('my text')
  forgetDraft('t')
  expect(keptDraft('t')).toBeNull()
})
