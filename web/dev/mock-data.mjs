/** What the invented service answers with. */

export const TREE = [
  ['src/lib/price.ts', 'typescript', 2310, false],
  ['src/lib/cart.ts', 'typescript', 4120, false],
  ['src/lib/cart.test.ts', 'typescript', 900, true],
  ['src/lib/coupon.ts', 'typescript', 1320, true],
  ['src/components/Button.tsx', 'typescript', 880, true],
  ['src/components/QuantityPicker.tsx', 'typescript', 1650, false],
  ['src/hooks/useCart.ts', 'typescript', 2040, false],
  ['src/api/client.ts', 'typescript', 3100, false],
  ['src/pages/Checkout.tsx', 'typescript', 5220, false],
  ['tools/report.py', 'python', 1900, false],
  ['tools/ledger/money.py', 'python', 2600, false],
  ['README.md', null, 1200, null],
  ['package.json', null, 700, null],
].map(([path, language, size, hasTests], at) => ({
  path,
  language,
  size,
  hasTests,
  changed: language ? at % 4 === 0 : null,
  coverage: language && at % 3 === 0 ? [54.2, 83.1, 61][(at / 3) % 3] : null,
}))

export const PRICE_TEST = `import { describe, expect, it } from 'vitest'
import { priceWithTax, splitEvenly } from './price'

describe('priceWithTax', () => {
  it('adds the tax of the region', () => {
    expect(priceWithTax(1000, 'DE')).toBe(1190)
  })

  // Observed on 12 inputs; the boundary is at exactly 100 cents.
  it('rounds half up at exactly 100 cents', () => {
    expect(priceWithTax(100, 'CH')).toBe(108)
  })

  it('refuses a negative amount', () => {
    expect(() => priceWithTax(-1, 'DE')).toThrow(new RangeError('negative'))
  })
})

describe('splitEvenly', () => {
  it.each([
    [100, 3, [34, 33, 33]],
    [0, 2, [0, 0]],
  ])('splits %i cents into %i parts', (cents, parts, expected) => {
    expect(splitEvenly(cents, parts)).toEqual(expected)
  })
})
`

export const HOSTILE = [
  '<img src=x onerror=alert(1)>.py',
  '"><script>alert(2)<\u2044script>.py',
  'javascript:alert(3).py',
  'src/\u202egnp.exe\u202c.py',
  'src/a%3Cb%3E&amp;.py',
].map(path => ({ path, language: 'python', size: 120, hasTests: false, changed: true, coverage: 40 }))

export const BIG = Array.from({ length: 5000 }, (_, at) => ({
  path: `src/area${at % 50}/part${at % 7}/module${at}.py`,
  language: 'python',
  size: 900 + at,
  hasTests: at % 3 === 0,
  changed: at % 97 === 0,
  coverage: at % 3 === 0 ? at % 100 : null,
}))

export const SOURCE = `const RATES = { DE: 0.19, CH: 0.081 }

/** Adds the tax of a region, in whole cents. */
export function priceWithTax(cents: number, region: string): number {
  if (cents < 0) throw new RangeError('negative')
  const rate = RATES[region] ?? DEFAULT
  if (rate > 0 && cents >= 100) {
    return Math.round(cents * (1 + rate))
  }
  return legacyRound(cents, rate)
}

export function splitEvenly(cents: number, parts: number): number[] {
  const share = Math.floor(cents / parts)
  return Array.from({ length: parts }, (_, at) => share + (at < cents % parts ? 1 : 0))
}
`
export const COVERAGE = { before: [1, 4, 5], after: [1, 4, 5, 6, 7, 8, 13, 14, 15], missed: [10] }
const mutant = (number, line, before, after, status, killers = []) => ({
  ...{ number, operator: 'boundary', line, endLine: line, before, after, status, killers },
  column: SOURCE.split('\n')[line - 1].indexOf(before) + 1,
})
export const MUTANTS = [
  mutant(1, 5, 'cents < 0', 'cents <= 0', 'killed', ['priceWithTax > refuses a negative amount']),
  mutant(2, 7, 'cents >= 100', 'cents > 100', 'survived'),
  mutant(3, 7, 'rate > 0 && cents >= 100', 'rate > 0 || cents >= 100', 'survived'),
  mutant(4, 8, '1 + rate', '1 - rate', 'killed', ['priceWithTax > adds the tax of the region']),
]
export const SUSPECTS = [
  {
    ...{ name: 'gives nothing for no parts', symbol: 'splitEvenly', line: 13 },
    ...{ expected: '[]', observed: '[NaN]', input: 'splitEvenly(100, 0)' },
    because: { kind: 'doc', text: 'Gives an empty list for no parts.', line: 12 },
    testCode: "it('gives nothing for no parts', () => {\n  expect(splitEvenly(100, 0)).toEqual([])\n})\n",
    markedCode: "it.fails('gives nothing for no parts', () => {})\n",
  },
]
export const HISTORY = [41, 48, 46, 63, 71, 88].map((lines, at) => ({
  ...{ sessionId: `sess_past_${at}`, createdAt: new Date(Date.now() - (6 - at) * 86_400_000).toISOString() },
  ...{ files: 3 + at, tests: 18 + 5 * at, linesBefore: lines - 14, linesAfter: lines },
  ...{ noticed: 20 + at * 5, tried: 48 },
}))
