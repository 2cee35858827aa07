import { expect, test } from 'vitest'
import type { TreeFile } from '../src/api/types'
import { type Chosen, readChosen, writeChosen } from '../src/generate/address'
import { usualChoices } from '../src/generate/request'
import { treeOf } from '../src/generate/selection'

const file = (path: string, size = 10): TreeFile => ({ path, language: 'python', size, hasTests: false })
const NODES = treeOf(
  ['a/one.py', 'a/two, three.py', 'b/c/four.py', 'b/five.py', 'six.py'].map(path => file(path)),
)
const USUAL: Chosen = {
  picked: new Set(),
  sought: '',
  presets: new Set(),
  frameworks: {},
  choices: usualChoices,
}
const there = (chosen: Chosen, nodes = NODES) => writeChosen('repo_1', chosen, nodes)
const andBack = (chosen: Chosen, nodes = NODES) =>
  readChosen(new URLSearchParams(there(chosen, nodes).toString()), nodes)

test('what is as usual leaves no trace in the address', () => {
  expect(there(USUAL).toString()).toBe('repository=repo_1')
})

test('a folder that is picked whole stands there once', () => {
  const picked = new Set(['a/one.py', 'a/two, three.py', 'b/five.py'])

  expect(there({ ...USUAL, picked }).getAll('pick')).toEqual(['a/', 'b/five.py'])
  expect(andBack({ ...USUAL, picked }).picked).toEqual(picked)
})

test('all that was chosen comes back', () => {
  const chosen: Chosen = {
    picked: new Set(['six.py', 'a/two, three.py']),
    sought: 'a & b',
    presets: new Set(['untested', 'low'] as const),
    frameworks: { python: 'unittest' },
    choices: {
      unit: false,
      integration: true,
      coverage: 'basic',
      includeEdgeCases: false,
      mockExternal: false,
      instructions: 'mind the ?#&',
      model: 'explorer',
      maxCostUsd: '0.5',
    },
  }

  expect(andBack(chosen)).toEqual(chosen)
})

test('a file that a whole folder leaves out comes back where somebody picked it all the same', () => {
  const nodes = treeOf([file('p/__init__.py'), file('p/a.py')])
  const all = new Set(['p/__init__.py', 'p/a.py'])

  expect(andBack({ ...USUAL, picked: all }, nodes).picked).toEqual(all)
  expect(andBack({ ...USUAL, picked: new Set(['p/a.py']) }, nodes).picked).toEqual(new Set(['p/a.py']))
})

test('what is not there any more is not picked', () => {
  expect(readChosen(new URLSearchParams('pick=gone.py&pick=six.py'), NODES).picked).toEqual(
    new Set(['six.py']),
  )
})

test('5,000 whole files fit, single ones that do not fit are left out', () => {
  const nodes = treeOf(Array.from({ length: 5000 }, (_, at) => file(`src/f${at % 50}/module${at}.py`)))
  const every = new Set(Array.from({ length: 5000 }, (_, at) => `src/f${at % 50}/module${at}.py`))
  const half = new Set([...every].filter((_, at) => at % 100 < 50 && at % 3))

  expect(there({ ...USUAL, picked: every }, nodes).getAll('pick')).toEqual(['src/'])
  expect(there({ ...USUAL, picked: half }, nodes).getAll('pick')).toEqual([])
})

test('what the project configures is usual there, and can be turned the other way', () => {
  const usual = {
    ...usualChoices,
    coverage: 'basic',
    includeEdgeCases: false,
    instructions: 'be brief',
  } as const
  const chosen = { ...USUAL, choices: { ...usual, includeEdgeCases: true, instructions: '' } }
  const search = writeChosen('repo_1', chosen, NODES, usual)

  expect(writeChosen('repo_1', { ...USUAL, choices: usual }, NODES, usual).toString()).toBe(
    'repository=repo_1',
  )
  expect(search.toString()).toBe('repository=repo_1&edges=on&instructions=')
  expect(readChosen(search, NODES, usual)).toEqual(chosen)
})
