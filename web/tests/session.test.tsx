import { cleanup, render, screen } from '@testing-library/react'
import { type FileState, foldEvent, initialState, mayRetry, type ProgressUpdate } from '@testwright/react'
import { afterEach, expect, test } from 'vitest'
import { ChangeList } from '../src/session/changes'
import { EvidenceCard } from '../src/session/evidence-card'
import { BeingWritten } from '../src/session/file-pane'
import { factsOf, glyphOf, sentenceOf, trackOf } from '../src/session/file-words'
import { linesOf } from '../src/session/highlight'
import { SuspectList } from '../src/session/possible-bugs'
import { Segments } from '../src/session/segments'
import { ThrownAway } from '../src/session/thrown-away'
import { change, money, timeLeft } from '../src/words/figures'

afterEach(cleanup)

const FILE = {
  sessionId: 's',
  round: 1,
  step: '',
  message: 'Generating tests for price.ts',
  progress: 10,
  timestamp: '2026-11-23T10:00:00Z',
  filePath: 'src/price.ts',
  currentFile: 'price.ts',
  fileIndex: 1,
  totalFiles: 1,
}
const EVIDENCE = {
  verified: true,
  writer: 'explorer',
  runner: 'vitest',
  runnerVersion: '4.1.12',
  sandbox: 'isolated',
  testCount: 9,
  passedRuns: 5,
  runs: 5,
  coverage: { before: { lines: 54.2, branches: null }, after: { lines: 96, branches: null } },
  attempts: 2,
  tokens: 0,
  costUsd: null,
  durationMs: 21_400,
} as const
const test_ = (evidence: object) => ({
  filePath: 'src/price.ts',
  testFilePath: 'src/price.test.ts',
  testCode: '',
  testId: 't',
  evidence,
})

function fileAfter(...events: object[]): FileState {
  const state = events.reduce<typeof initialState>(
    (before, event, at) => foldEvent(before, at + 1, { ...FILE, ...event } as ProgressUpdate),
    initialState,
  )
  return state.files['src/price.ts'] as FileState
}
const marks = (file: FileState) =>
  trackOf(file)
    .map(mark => ({ todo: '-', done: '#', active: '>', failed: 'x' })[mark])
    .join('')

const READ = { type: 'file_processing' }
const ANALYZED = { type: 'file_analyzed', language: 'typescript', symbols: [{}, {}, {}, {}] }
const DRAFTED = { type: 'test_drafted', attempt: 1, testCount: 8, writer: 'explorer' }
const verified = (passed: number, failed: number) => ({
  type: 'test_verified',
  attempt: 1,
  passed,
  failed,
  dropped: [],
  coverage: { lines: 81, branches: null },
})

test.each([
  ['Reading price.ts', '>----', [READ]],
  ['Installing vitest', '>----', [READ, { ...READ, message: 'Installing vitest' }]],
  ['Writing tests', '#>---', [READ, ANALYZED]],
  ['Running 8 tests', '##>--', [READ, ANALYZED, DRAFTED]],
  ['6 of 8 pass', '##x--', [READ, ANALYZED, DRAFTED, verified(6, 2)]],
  [
    'Repairing, attempt 2',
    '###>-',
    [READ, ANALYZED, DRAFTED, { type: 'test_repairing', attempt: 2, reason: '' }],
  ],
  ['8 of 8 pass, proving', '####>', [READ, ANALYZED, DRAFTED, verified(8, 0)]],
  ['Passing', '#####', [READ, { type: 'test_generated', generatedTest: test_(EVIDENCE) }]],
  [
    'Not verified: no runner',
    '##---',
    [READ, { type: 'test_generated', generatedTest: test_({ verified: false, reason: 'no runner' }) }],
  ],
  [
    'Needs you: No axios',
    '##x--',
    [
      READ,
      ANALYZED,
      DRAFTED,
      { type: 'file_failed', error: { code: 'x', message: 'No axios' }, retryable: true },
    ],
  ],
])('a file says "%s" and shows %s', (sentence, track, events) => {
  const file = fileAfter(...events)

  expect(sentenceOf(file, 0)).toBe(sentence)
  expect(marks(file)).toBe(track)
})

test('a wait counts down', () => {
  const file = fileAfter(READ, {
    type: 'retry_scheduled',
    attempt: 1,
    retryInSeconds: 20,
    reason: 'slow down',
  })

  expect(sentenceOf(file, Date.parse('2026-11-23T10:00:05Z'))).toBe('Waits 15 s: slow down')
})

test('a suite that nobody ran has its own shape and counts for nothing', () => {
  const file = fileAfter(READ, {
    type: 'test_generated',
    generatedTest: test_({ verified: false, reason: 'no runner', testCount: 4 }),
  })

  expect(glyphOf(file)).toBe('unverified')
  expect(factsOf([file])).toMatchObject({ kept: 0, after: null })
})

test('what is spent is counted while files are written, and of files that failed too', () => {
  const spent = { tokens: 700, costUsd: 0.25 }
  const running = fileAfter(READ, { ...DRAFTED, ...spent })
  const failed = fileAfter(
    READ,
    { ...DRAFTED, ...spent },
    { type: 'file_failed', error: {}, retryable: true },
  )
  const unknown = fileAfter(READ, { ...DRAFTED, ...spent, costUsd: null })

  expect(factsOf([running, failed])).toMatchObject({ tokens: 1400, costUsd: 0.5 })
  expect(factsOf([running, unknown])).toMatchObject({ tokens: 1400, costUsd: null })
})

test('what a model is writing is shown as text, whatever it says', () => {
  const text = '<img src=x onerror=alert(1)>\nit("adds")'
  render(<BeingWritten text={text} />)
  const shown = screen.getByRole('region', { name: 'Being written' })

  expect(shown.querySelector('code')?.textContent).toBe(text)
  expect(shown.querySelector('img')).toBeNull()
})

test('the bar has one segment a file and tells its progress', () => {
  const done = fileAfter(READ, { type: 'test_generated', generatedTest: test_(EVIDENCE) })
  render(<Segments files={[done, { ...fileAfter(READ), path: 'b.ts' }]} progress={42} />)
  const bar = screen.getByRole('progressbar', { name: 'Progress' })

  expect(bar.getAttribute('aria-valuenow')).toBe('42')
  expect([...bar.children].map(segment => segment.className)).toEqual(['done', 'active'])
})

test('evidence shows what was observed', () => {
  render(<EvidenceCard test={{ ...test_(EVIDENCE), evidence: EVIDENCE }} />)

  expect(screen.getByText('vitest 4.1.12')).toBeTruthy()
  expect(screen.getByText('54 → 96 %')).toBeTruthy()
  expect(screen.getByText('None to cover')).toBeTruthy()
})

test('evidence says what was skipped, and why', () => {
  const evidence = { ...EVIDENCE, skipped: [{ symbol: 'spin', because: 'spin(3) does not come to an end' }] }
  render(<EvidenceCard test={{ ...test_(evidence), evidence }} />)

  expect(screen.getByText('spin').tagName).toBe('TD')
  expect(screen.getByText('spin(3) does not come to an end')).toBeTruthy()
})

const MUTANT = { number: 1, operator: 'boundary', line: 4, endLine: 4, before: 'a < b', after: 'a <= b' }

test('a change that goes unnoticed stands before those that are noticed, and what was not tried counts for nothing', () => {
  render(
    <ChangeList
      file="src/price.ts"
      mutants={[
        { ...MUTANT, number: 1, status: 'killed', killers: ['rounds up'] },
        { ...MUTANT, number: 2, status: 'survived', killers: [] },
        { ...MUTANT, number: 3, status: 'timed_out', killers: ['adds', 'ends'] },
        { ...MUTANT, number: 4, status: 'untried', killers: [] },
      ]}
    />,
  )

  expect(screen.getByText(/price.ts was broken in 3 small ways/).textContent).toContain('noticed 2.')
  expect(screen.getAllByRole('table').map(table => table.querySelector('caption')?.textContent)).toEqual([
    'Goes unnoticed',
    'Noticed',
  ])
  expect(screen.getByText('rounds up')).toBeTruthy()
  expect(screen.getByText('never ended: 2 tests')).toBeTruthy()
  expect(screen.getByText(/1 further change could not be tried/)).toBeTruthy()
})

test('which of two alike in a line was changed is seen by what stands around it', () => {
  const change = { ...MUTANT, line: 2, before: '0.2', after: '1.2', status: 'survived' as const, killers: [] }
  const code = "one\n  const RATES = { '𝒳': 0.2, GB: 0.2, US: 0 }\r\nthree"
  const shown = (column: number) => {
    const { container, unmount } = render(
      <ChangeList file="a.ts" code={code} mutants={[{ ...change, column }]} />,
    )
    const text = container.querySelector('td.mono')?.textContent
    unmount()
    return text
  }

  expect(shown(24)).toBe("const RATES = { '𝒳': 0.2 → 1.2, GB: 0.2, US: 0 }")
  expect(shown(33)).toBe("…ATES = { '𝒳': 0.2, GB: 0.2 → 1.2, US: 0 }")
  expect(shown(0)).toBe('0.2 → 1.2')
})

test('a possible bug says what was called, what came of it, and what it contradicts', () => {
  const because = { kind: 'example', text: "slug('A b') // 'a-b'", line: 4 } as const
  const suspect = {
    name: 'does what is documented',
    symbol: 'slug',
    line: 9,
    expected: "'a-b'",
    observed: "'A-b'",
    because,
    input: "slug('A b')",
    testCode: 'it()',
    markedCode: 'it.fails()',
  }
  render(<SuspectList path="src/slug.test.js" suspects={[suspect]} />)

  expect(screen.getByText(/code and documented example disagree/).textContent).toContain('never applied')
  expect(screen.getByText("'A-b'")).toBeTruthy()
  expect(screen.getByText('line 4')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Copy as a test that is expected to fail' })).toBeTruthy()
})

test('a file whose suite passes says how many changes go unnoticed while it is proved', () => {
  const checked = { type: 'mutants_checked', killed: 14, survived: 3, sampled: 17 }

  expect(sentenceOf(fileAfter(READ, ANALYZED, DRAFTED, verified(8, 0), checked), 0)).toBe(
    '8 of 8 pass, 3 changes unnoticed',
  )
})

test('without a run there is a reason and a way out, and no figure', () => {
  const evidence = { verified: false, reason: 'react is not installed.', hint: 'Run `npm install`.' } as const
  const { container } = render(<EvidenceCard test={{ ...test_(evidence), evidence }} />)

  expect(container.textContent).toContain('Not verified: react is not installed.')
  expect(screen.getByText('npm install').tagName).toBe('CODE')
  expect(container.textContent).not.toMatch(/\d/)
})

test('a test that was thrown away names its gate in words', () => {
  render(
    <ThrownAway
      dropped={[{ name: 'tells the time', gate: 'is_stable', reason: 'Failed in 2 of 5 runs.' }]}
    />,
  )

  expect(screen.getByText('Not stable')).toBeTruthy()
  expect(screen.getByText('Failed in 2 of 5 runs.')).toBeTruthy()
})

test('a session that is far behind promises no seconds', () => {
  expect(timeLeft(120, 115, 55)).toBe('longer than usual')
  expect(timeLeft(120, 115, 96)).toBe('about 5 s left')
  expect(timeLeft(120, 20, 12)).toBe('about 2 min left')
})

test('the time left never rises, and what is not known is a dash', () => {
  expect(timeLeft(60, 20, 40)).toBe('about 40 s left')
  expect(timeLeft(60, 61, 99)).toBe('longer than usual')
  expect(timeLeft(600, 0, 10)).toBe('about 10 min left')
  expect(change(null, 88)).toBe('– → 88')
  expect(money(null)).toBe('–')
})

test('highlighting changes no character', () => {
  const code = "def f(x):\n    '''Two\n    lines'''\n    return x + 1  # more\n"

  expect(linesOf(code, 'a.py').map(line => line.map(({ text }) => text).join(''))).toEqual(
    code.split('\n').slice(0, -1),
  )
  expect(linesOf(code, 'a.py')[0]?.[0]).toEqual({ text: 'def', kind: 'keyword' })
})

test.each([
  [true, { stage: 'cancelled' }],
  [true, { stage: 'failed', error: { code: 'tests_failed', retryable: true } }],
  [false, { stage: 'failed', error: { code: 'unsupported', retryable: false } }],
  [false, { stage: 'failed', error: { code: 'budget_reached', retryable: true } }],
  [false, { stage: 'done' }],
])('another try is offered (%s) where it may end otherwise', (offered, file) => {
  expect(mayRetry({ path: 'a.ts', error: null, test: null, ...file } as FileState)).toBe(offered)
})
