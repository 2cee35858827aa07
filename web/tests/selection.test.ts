import { expect, test } from 'vitest'
import type { TreeFile } from '../src/api/types'
import { folderStates, isSource, pickedAfter, treeOf } from '../src/generate/selection'

const file = (path: string, language: string | null = 'typescript', size = 1): TreeFile => ({
  path,
  language,
  size,
  hasTests: false,
})
const NODES = treeOf(
  ['src/lib/price.ts', 'src/lib/cart.ts', 'src/main.ts', 'index.ts'].map(path => file(path)),
)

test('folders come first, then files, both by name', () => {
  expect(NODES.map(node => node.key)).toEqual(['src/', 'index.ts'])
  expect(NODES.flatMap(({ files }) => files.map(({ path }) => path))).toEqual([
    'src/lib/cart.ts',
    'src/lib/price.ts',
    'src/main.ts',
    'index.ts',
  ])
})

test('a folder is picked when all its files are, half picked when some are', () => {
  const some = folderStates(NODES, new Set(['src/lib/cart.ts', 'src/lib/price.ts']))

  expect([...some.whole]).toEqual(['src/lib/'])
  expect([...some.half]).toEqual(['src/'])
  expect(folderStates(NODES, new Set()).half.size).toBe(0)
})

test('ticking a half picked folder picks all its files', () => {
  const picked = new Set(['src/lib/cart.ts'])

  expect([...pickedAfter(NODES, picked, new Set(['src/lib/cart.ts', 'src/']))].sort()).toEqual([
    'src/lib/cart.ts',
    'src/lib/price.ts',
    'src/main.ts',
  ])
})

test('unticking a folder lets go of its files and of no other', () => {
  const picked = new Set(['src/lib/cart.ts', 'src/lib/price.ts', 'index.ts'])
  const keys = new Set([...picked])

  // The tree had shown `src/lib/` as selected; now it no longer is.
  expect([...pickedAfter(NODES, picked, keys)]).toEqual(['index.ts'])
})

test('unticking one file of a picked folder leaves its siblings picked', () => {
  const picked = new Set(['src/lib/cart.ts', 'src/lib/price.ts'])
  const keys = new Set(['src/lib/', 'src/lib/price.ts'])

  expect([...pickedAfter(NODES, picked, keys)]).toEqual(['src/lib/price.ts'])
})

test('a folder leaves out what is empty or only makes it a package, but each can be picked by itself', () => {
  const nodes = treeOf([
    file('shop/__init__.py', 'python', 90),
    file('shop/tax.py', 'python'),
    file('shop/todo.py', 'python', 0),
  ])
  const folder = pickedAfter(nodes, new Set(), new Set(['shop/']))
  const single = pickedAfter(nodes, folder, new Set(['shop/', 'shop/tax.py', 'shop/__init__.py']))

  expect([...folder]).toEqual(['shop/tax.py'])
  expect([...folderStates(nodes, folder).whole]).toEqual(['shop/'])
  expect([...single].sort()).toEqual(['shop/__init__.py', 'shop/tax.py'])
  expect([...folderStates(nodes, new Set(['shop/__init__.py'])).half]).toEqual(['shop/'])
  expect([...pickedAfter(nodes, single, new Set(single))]).toEqual([])
  expect([...pickedAfter(nodes, new Set(), 'all')]).toEqual(['shop/tax.py'])
})

test('a folder with nothing else stands for what it has', () => {
  const nodes = treeOf([file('shop/__init__.py', 'python')])

  expect([...pickedAfter(nodes, new Set(), new Set(['shop/']))]).toEqual(['shop/__init__.py'])
  expect([...folderStates(nodes, new Set(['shop/__init__.py'])).whole]).toEqual(['shop/'])
})

test('what a search hides stays picked', () => {
  const shown = treeOf([file('src/main.ts')])

  expect([...pickedAfter(shown, new Set(['index.ts']), 'all')]).toEqual(['index.ts', 'src/main.ts'])
  expect([...pickedAfter(shown, new Set(['index.ts', 'src/main.ts']), new Set())]).toEqual(['index.ts'])
})

test('5,000 files are picked at once without delay', () => {
  const many = treeOf(Array.from({ length: 5000 }, (_, at) => file(`src/f${at % 50}/m${at}.ts`)))
  const started = performance.now()
  const picked = pickedAfter(many, new Set(), new Set(['src/']))
  folderStates(many, picked)

  expect(picked.size).toBe(5000)
  expect(performance.now() - started).toBeLessThan(200)
})

test.each([
  ['src/price.ts', 'typescript', true],
  ['src/price.test.ts', 'typescript', false],
  ['src/__tests__/price.ts', 'typescript', false],
  ['tests/test_tax.py', 'python', false],
  ['invoicing/tax.py', 'python', true],
  ['invoicing/contest.py', 'python', true],
  ['types.d.ts', 'typescript', false],
  ['vite.config.ts', 'typescript', false],
  ['e2e/cart.ts', 'typescript', false],
  ['README.md', null, false],
])('whether tests can be written for %s (%s): %s', (path, language, expected) => {
  expect(isSource(file(path, language))).toBe(expected)
})
