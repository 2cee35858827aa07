/** What happens in an invented session: its events, and the steps they came from. */

import { PRICE_TEST } from './mock-data.mjs'

export function play(session, paths, round, refused = false) {
  const total = paths.length
  const add = (type, step, message, progress, extra = {}) =>
    session.script.push({ type, step, message, progress, sessionId: session.id, round, ...extra })
  add(round === 1 ? 'session_created' : 'round_started', 'session', 'Session created successfully', 10, {
    totalFiles: total,
    writer: 'explorer',
  })
  let share = 0
  const plan = paths.map((path, at) => fileEvents(path, at, total, session, round, refused))
  const longest = Math.max(...plan.map(events => events.length))
  for (let step = 0; step < longest; step++)
    for (const [at, events] of plan.entries()) {
      const event = events[Math.max(0, step - at)]
      if (step < at || !event || event.told) continue
      event.told = true
      share = Math.min(0.98, share + 1 / plan.flat().length)
      add(event.type, event.step, event.message, Math.round(10 + 85 * share), event.extra)
    }
  for (const events of plan)
    for (const event of events) if (!event.told) add(event.type, event.step, event.message, 94, event.extra)
  add('files_saved', 'saving', 'All files saved', 95)
  const failed = refused ? total : round === 1 ? paths.filter(path => path.includes('client')).length : 0
  add(
    failed === total ? 'generation_failed' : 'generation_completed',
    failed === total ? 'failed' : 'completed',
    'AI test generation completed',
    100,
    {
      summary: {
        totalFiles: total,
        successfulTests: total - failed,
        failedTests: failed,
        totalTestCount: (total - failed) * 9,
        averageCoverage: 88.2,
        durationMs: 42_000,
        tokens: 0,
        costUsd: 0,
      },
    },
  )
}

function fileEvents(path, at, total, session, round, refused) {
  const name = path.split('/').at(-1)
  const common = { currentFile: name, filePath: path, fileIndex: at + 1, totalFiles: total }
  const event = (type, step, message, extra) => ({ type, step, message, extra: { ...common, ...extra } })
  const before = [
    event('file_processing', 'generation', `Generating tests for ${name}`),
    event('file_analyzed', 'analysis', `Found priceWithTax, splitEvenly and 2 more to test in ${name}`, {
      language: 'typescript',
      symbols: [1, 2, 3, 4].map(line => ({ name: `f${line}`, kind: 'function', line })),
    }),
    event('test_drafted', 'generation', `Drafted 12 tests for ${name}`, {
      attempt: 1,
      testCount: 12,
      writer: 'explorer',
    }),
    event('test_verified', 'verification', `9 of 12 tests for ${name} pass`, {
      attempt: 1,
      passed: 9,
      failed: 3,
      dropped: [
        { name: 'tells the time', gate: 'is_stable', reason: 'Failed in 2 of 5 runs: expected 11, got 12.' },
      ],
      coverage: { lines: 71.4, branches: 60 },
    }),
    event('test_repairing', 'repair', `Repairing 3 tests of ${name}`, { attempt: 2, reason: 'expected 107' }),
  ]
  if (refused)
    return [
      before[0],
      event('file_failed', 'generation', `The edited suite of ${name} does not hold`, {
        error: {
          code: 'edit_refused',
          message: '1 of 9 tests of the edited suite does not hold: adds the tax: expected -1, got 1190',
          hint: 'Correct them and send the suite again; the one before is kept.',
        },
        retryable: false,
      }),
    ]
  if (path.includes('client') && round === 1)
    return [
      ...before,
      event('file_failed', 'generation', `None of 8 tests for ${name} passed in 3 attempts`, {
        error: {
          code: 'tests_failed',
          message: 'None of 8 tests passed in 3 attempts: axios is not installed in this project.',
          hint: 'Install it with `npm i -D axios`, then retry this file.',
        },
        retryable: true,
      }),
    ]
  const verified = !path.includes('Checkout')
  const testId = `test_${session.id}_${round}_${at}`
  session.tests.set(testId, { path, round, decision: 'undecided' })
  return [
    ...before,
    event('test_verified', 'verification', `9 tests for ${name} passed 5 of 5 runs, shuffled`, {
      attempt: 2,
      passed: 9,
      failed: 0,
      dropped: [
        {
          name: 'repeats the first case',
          gate: 'earns_place',
          reason: 'Covers nothing the kept tests miss.',
        },
      ],
      coverage: { lines: 96, branches: 90.5 },
    }),
    event('test_generated', 'generation', `9 tests kept for ${name}`, {
      generatedTest: {
        filePath: path,
        testFilePath: path.replace(/\.(tsx?|py)$/, '.test.$1'),
        testCode: PRICE_TEST,
        testId,
        evidence: verified
          ? {
              verified: true,
              writer: 'explorer',
              model: null,
              runner: 'vitest',
              runnerVersion: '4.1.12',
              sandbox: 'isolated',
              testCount: 9,
              passedRuns: 5,
              runs: 5,
              coverage: {
                before: { lines: 54.2, branches: 41.7 },
                after: { lines: 96, branches: 90.5 },
              },
              attempts: 2,
              tokens: 0,
              costUsd: null,
              durationMs: 21_400,
              mutants: { killed: 14, survived: 2, sampled: 16 },
              suspects: 1,
              ...(name.startsWith('coupon') && {
                addedTo: {
                  path: 'src/lib/coupon.test.ts',
                  sha256: '',
                  ranges: [[620, PRICE_TEST.length - 3]],
                },
              }),
              tests: [
                'adds the tax of the region',
                'rounds half up at exactly 100 cents',
                'refuses a negative amount',
              ].map(name => ({
                name: `priceWithTax > ${name}`,
                passedRuns: 5,
                runs: 5,
                durationMs: 3.2,
                mutants: { killed: 5, survived: 1, sampled: 6 },
                oracle: 'observed',
                passedAlone: true,
              })),
            }
          : {
              verified: false,
              reason: 'react is not installed in this project.',
              hint: 'Run `npm install`, then retry.',
              writer: 'explorer',
              model: null,
              testCount: 4,
              attempts: 1,
              tokens: 0,
              costUsd: null,
            },
      },
    }),
  ]
}

const STEPS = [
  ['analyse', 0, 0.4],
  ['baseline', 0.4, 2.1],
  ['draft/1', 2.1, 4, { state: 'failed', error: { code: 'model_busy', message: 'Gemini is busy.' } }],
  ['draft/1', 6, 9.5, { attempt: 2 }],
  ['run/1', 9.5, null, { state: 'interrupted' }],
  ['run/1', 12, 14.2, { attempt: 2 }],
  ['repair/2', 14.2, 16],
  ['challenge', 16, 19.3],
  ['stability', 19.3, 23],
  ['keep', 23, 23.2],
]

/** Two files at a time. */
export function stepsOf({ paths, createdAt, events }) {
  const rounds = [...new Set(events.map(({ round }) => round))]
  return rounds.flatMap(round =>
    paths.flatMap((path, place) =>
      STEPS.map(([step, from, to, more]) => {
        const at = seconds => new Date(Date.parse(createdAt) + 1000 * seconds).toISOString()
        const start = 60 * (round - 1) + 24 * Math.floor(place / 2) + from
        const took = to === null ? null : 1000 * (to - from)
        return {
          ...{ path, round, step, attempt: 1, state: 'done', startedAt: at(start), durationMs: took },
          ...{ endedAt: to === null ? null : at(start + to - from), error: null, ...more },
        }
      }),
    ),
  )
}
