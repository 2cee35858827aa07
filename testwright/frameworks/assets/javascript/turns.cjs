// Runs a suite several times, and then its cases one by one, for runners that start quickly: a fresh process for each, or one
// for several where the runner can tell that it is as good as fresh. Cases that pass and have drawn random
// numbers are run again with others. What there is no time for is left out of the report.
const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { folded, isDoubtful, OTHER_SEEDS, patternOf } = require('./chance.cjs')
const { Scratch } = require('./scratch.cjs')

const AT_ONCE = 2
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const folder = mkdtempSync(join(tmpdir(), 'testwright-turns-'))
const report = { finished: true, turns: [], tests: [], errors: [], coverage: [] }
const until = Date.now() + (order.turnSeconds * order.turns.length + order.alone.seconds) * 1000
const doubtful = []
let runs = 0

async function main() {
  const cases = order.alone.cases.map((each) => ({ ...each, chance: 0 }))
  await takeTurns(cases)
  await inTurns(cases, half, together)
  await inTurns(doubtful.length ? OTHER_SEEDS : [], one, async ([seed]) => {
    const tests = await tried({ pattern: patternOf(doubtful) }, seed)
    report.tests.push(...tests.map((test) => ({ ...test, again: true })))
  })
  report.tests = folded(report.tests)
  writeFileSync(order.report, JSON.stringify(report))
  const isIll = report.tests.some((test) => test.state === 'failed') || report.turns.some((turn) => turn?.status)
  process.exitCode = isIll ? 1 : 0
}

// Each as an ordinary run; null for one that told nothing. A process that is still as good as fresh behind them goes on to the
// cases, of which those that passed in it are taken out.
async function takeTurns(cases) {
  const scratch = new Scratch()
  const turns = order.turns.map((turn) => ({ ...turn, pattern: null }))
  while (turns.length) {
    const queue = queued([...turns, ...cases])
    const [{ clock, zone }] = queue
    const { status } = await run({ ...queue[0], queue, env: clock ? { TZ: zone } : {} })
    const [first, ...others] = queue.map(({ path }) => read(path))
    const after = others.findIndex((found) => !passed(found))
    // It goes on to another one only after one that passed.
    const taken = after < 0 ? others : others.slice(0, after)
    const furtherTurns = taken.splice(0, turns.length - 1)
    report.turns.push(first && (others[0] || status !== null) ? { status: others[0] ? 0 : status, report: first } : null)
    report.turns.push(...furtherTurns.map((found) => ({ status: 0, report: found })))
    turns.splice(0, 1 + furtherTurns.length)
    cases.splice(0, taken.length).forEach((each, place) => tell(each, taken[place].tests))
    scratch.clean()
  }
}

const queued = (all) => all.map((each) => ({ ...each, path: join(folder, `${++runs}.json`) }))

function tell(each, tests) {
  report.tests.push(...tests)
  if (isDoubtful(tests)) doubtful.push(each)
}

async function tried(each, chance) {
  const asked = { ...each, chance, path: join(folder, `${++runs}.json`) }
  return learn(asked, (await run(asked)).isLate)
}

// What the first case says counts, and of those after it what passes: the others have to be first themselves. A runner may
// leave it at the first one.
async function together(cases, waiting) {
  const queue = queued(cases)
  const { isLate } = await run({ ...queue[0], queue })
  queue.forEach((asked, place) => {
    if (!place) return tell(cases[0], learn(asked, isLate))
    const told = read(asked.path)
    if (passed(told)) tell(cases[place], told.tests)
    else if (!isLate) waiting.push(cases[place])
  })
}

const one = () => 1
const half = (all) => Math.ceil(all.length / AT_ONCE)

async function inTurns(all, howMany, work) {
  const waiting = [...all]
  const worker = async () => {
    while (waiting.length && Date.now() < until) await work(waiting.splice(0, howMany(all)), waiting)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function run({ path, env: more, ...given }) {
  const asked = { ...order, ...given, alone: null, turns: [], report: path }
  const env = { ...process.env, ...more, TESTWRIGHT_ORDER: JSON.stringify(asked), NODE_NO_WARNINGS: '1' }
  return new Promise((resolve) => {
    const options = { stdio: ['ignore', 'inherit', 'inherit'], env, detached: true }
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(2)], options)
    let isLate = false
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {}
    }
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, until - Date.now())
    const over = (status) => {
      clearTimeout(timer)
      end() // what the code under test may have started
      resolve({ isLate, status: typeof status === 'number' ? status : null })
    }
    child.on('exit', over)
    child.on('error', over)
  })
}

function learn({ name, path }, isLate) {
  const found = read(path)
  if (isLate && !found?.finished) return []
  const failed = (message) => [{ titles: found.running?.titles ?? [name], state: 'failed', message, ms: 0 }]
  if (!found) return failed('it ended the process')
  if (found.hangs) return failed('it did not come to an end')
  if (found.running) return failed('it ended the process')
  if (!found.finished) return failed(found.errors?.[0]?.message ?? 'it did not load')
  return found.tests
}

const passed = (found) => found?.finished && found.tests.every((test) => test.state !== 'failed') && !found.errors.length

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
