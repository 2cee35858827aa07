import { expect, test } from 'vitest'
import type { Framework, TreeFile } from '../src/api/types'
import { declaredIn, familiesOf, familyOf, usualFramework } from '../src/generate/frameworks'
import { commandFor, requestFor, usualChoices, usualIn, whyNot } from '../src/generate/request'

const FRAMEWORKS: Framework[] = [
  { name: 'jest', languages: ['javascript', 'typescript'], available: true },
  { name: 'vitest', languages: ['javascript', 'typescript'], available: true },
  { name: 'unittest', languages: ['python'], available: true },
  { name: 'pytest', languages: ['python'], available: true },
]
const NOTHING_FOUND = { used: {} }
const PRICE: TreeFile = { path: 'src/price.ts', language: 'typescript', size: 1, hasTests: false }
const MONEY: TreeFile = { path: 'money.py', language: 'python', size: 1, hasTests: false }

test('JavaScript and TypeScript share one choice', () => {
  const families = familiesOf([PRICE, { ...PRICE, path: 'a.js', language: 'javascript' }, MONEY])

  expect(families.map(family => family.id)).toEqual(['javascript', 'python'])
})

test('each language has its usual framework', () => {
  expect(usualFramework(familyOf('python'), FRAMEWORKS, NOTHING_FOUND)).toBe('pytest')
  expect(usualFramework(familyOf('typescript'), FRAMEWORKS, NOTHING_FOUND)).toBe('vitest')
})

test("the project's own framework wins over the usual one", () => {
  const used = { javascript: 'jest', python: 'unittest' }

  expect(usualFramework(familyOf('typescript'), FRAMEWORKS, { used })).toBe('jest')
  expect(usualFramework(familyOf('python'), FRAMEWORKS, { used })).toBe('unittest')
})

test('what is not available here is proposed only when there is nothing else', () => {
  const gone = FRAMEWORKS.map(framework => ({ ...framework, available: framework.name !== 'pytest' }))

  expect(usualFramework(familyOf('python'), gone, NOTHING_FOUND)).toBe('unittest')
  expect(usualFramework(familyOf('python'), gone.slice(3), NOTHING_FOUND)).toBe('pytest')
  expect(usualFramework(familyOf('cobol'), FRAMEWORKS, NOTHING_FOUND)).toBeNull()
})

test('a broken package.json declares nothing', () => {
  expect(declaredIn('{"devDependencies"').size).toBe(0)
  expect(declaredIn(null).size).toBe(0)
})

test('files of one language share a framework; of several, each names its own', () => {
  const chosen = { javascript: 'jest', python: 'pytest' }

  expect(requestFor('repo', [PRICE], chosen, usualChoices)).toEqual({
    repositoryId: 'repo',
    framework: 'jest',
    files: [{ path: 'src/price.ts' }],
    options: { testTypes: ['unit'], coverage: 'comprehensive', includeEdgeCases: true, mockExternal: true },
  })
  expect(requestFor('repo', [PRICE, MONEY], chosen, usualChoices)).toMatchObject({
    files: [
      { path: 'src/price.ts', framework: 'jest' },
      { path: 'money.py', framework: 'pytest' },
    ],
  })
})

test('the reason why it cannot start names what is missing', () => {
  expect(whyNot([], {}, usualChoices)).toBe('Pick one file or more.')
  expect(whyNot([MONEY], {}, usualChoices)).toBe('No test framework for Python is known here.')
  expect(whyNot([MONEY], { python: 'pytest' }, { ...usualChoices, unit: false })).toBe('Pick a test type.')
  expect(whyNot([MONEY], { python: 'pytest' }, usualChoices)).toBeNull()
})

test('the command says what differs from the usual, and quotes what a shell would take apart', () => {
  expect(commandFor(['src/'], {}, usualChoices)).toBe('testwright generate src/')
  expect(
    commandFor(
      ["it's here.py"],
      { python: 'unittest' },
      {
        ...usualChoices,
        unit: false,
        integration: true,
        coverage: 'basic',
        includeEdgeCases: false,
        mockExternal: false,
        model: 'gemini:gemini-3.8-flash',
        maxCostUsd: '0.5',
      },
    ),
  ).toBe(
    "testwright generate 'it'\\''s here.py' --framework unittest --no-unit --integration --basic --no-edge-cases --no-mocks --model gemini:gemini-3.8-flash --max-cost-usd 0.5",
  )
})

test('a model and a limit are asked for only where somebody chose them', () => {
  const choices = { ...usualChoices, model: 'explorer', maxCostUsd: '1.5' }

  expect(requestFor('repo', [PRICE], {}, choices).options).toMatchObject({
    model: 'explorer',
    maxCostUsd: 1.5,
  })
  expect(whyNot([PRICE], { javascript: 'jest' }, { ...choices, maxCostUsd: 'much' })).toMatch(/dollars/)
})

test('what the project configures need not be typed, and what differs from it must', () => {
  const options = {
    testTypes: ['unit', 'integration'] as ('unit' | 'integration')[],
    coverage: 'basic' as const,
    includeEdgeCases: true,
    mockExternal: false,
    instructions: null,
  }
  const usual = usualIn({ options })

  expect(commandFor(['src/'], {}, usual, usual)).toBe('testwright generate src/')
  expect(commandFor(['src/'], {}, usualChoices, usual)).toBe(
    'testwright generate src/ --unit --comprehensive --mocks',
  )
  expect(usualIn({})).toBe(usualChoices)
})
