import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { type FileState, foldEvent, initialState, type ProgressUpdate } from '@testwright/react'
import { afterEach, expect, test } from 'vitest'
import type { Mutant } from '../src/api/types'
import { heatOf, inRanges, unnoticedByLine } from '../src/session/heat'
import { Heated } from '../src/session/source-view'

afterEach(cleanup)

const COVERAGE = { before: [1, 2], after: [1, 2, 4, 5], missed: [7] }
const mutant = (line: number, status: Mutant['status'], number = line): Mutant => ({
  number,
  operator: 'boundary',
  line,
  endLine: line,
  before: 'a < b',
  after: 'a <= b',
  status,
  killers: [],
})
const shown = (view: 'before' | 'after' | 'new', unnoticed: number[] = []) =>
  Object.fromEntries(heatOf(COVERAGE, new Set(unnoticed), view))

test('before, after and what is new are told apart, and lines without code are none of them', () => {
  expect(shown('before')).toEqual({ 1: 'covered', 2: 'covered', 4: 'missed', 5: 'missed', 7: 'missed' })
  expect(shown('after')).toEqual({ 1: 'covered', 2: 'covered', 4: 'fresh', 5: 'fresh', 7: 'missed' })
  expect(shown('new')).toEqual({ 4: 'fresh', 5: 'fresh' })
})

test('a line that is reached, and a change to it goes unnoticed, is only half covered', () => {
  expect(shown('after', [2, 5, 7])).toEqual({
    1: 'covered',
    2: 'partial',
    4: 'fresh',
    5: 'partial',
    7: 'missed',
  })
})

test('only changes that survived count as unnoticed', () => {
  const found = unnoticedByLine([mutant(4, 'killed'), mutant(4, 'survived', 9), mutant(5, 'untried')])

  expect([...found.keys()]).toEqual([4])
})

test('neighbouring lines are said as one range', () => {
  expect(inRanges([5, 3, 4, 8])).toBe('3–5, 8')
  expect(inRanges([])).toBe('')
})

test('the source shows what goes unnoticed below its line, as text whatever it says', () => {
  const event = {
    ...{
      type: 'file_processing',
      sessionId: 's',
      round: 1,
      step: '',
      message: '',
      progress: 10,
      timestamp: '',
    },
    ...{ filePath: 'a.py', currentFile: 'a.py', fileIndex: 1, totalFiles: 1 },
  } as ProgressUpdate
  const file = foldEvent(initialState, 1, event).files['a.py'] as FileState
  const hostile = { ...mutant(2, 'survived'), before: '<img src=x onerror=alert(1)>', after: '' }
  const code = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n'
  const { container } = render(<Heated code={code} file={file} coverage={COVERAGE} mutants={[hostile]} />)

  expect(screen.getByText('A change here goes unnoticed').parentElement?.textContent).toContain('<img src=x')
  expect(container.querySelector('img')).toBeNull()
  expect(screen.getByText('Lines that no test reaches: 7.')).toBeTruthy()
  expect(container.querySelector('[data-line="2"]')?.className).toContain('partial')
  fireEvent.click(screen.getByRole('radio', { name: 'Before' }))
  expect(screen.getByText('Lines that no test reaches: 4–5, 7.')).toBeTruthy()
  expect(container.querySelector('[data-line="2"]')?.className).toContain('covered')
})
