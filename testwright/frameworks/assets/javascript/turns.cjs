// Runs a suite several times, and then its cases one by one, for runners that start quickly: a fresh process for each, or one
// for several of the cases where the runner can tell that it is as good as fresh. Cases that pass and have drawn random
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
let until
let runs = 0

async function main() {
  await takeTurns()
  until = Date.now() + order.alone.seconds * 1000
  const doubtful = []
  await inTurns(order.alone.cases, half, async (cases, waiting) => {
    const found = await together(cases, waiting)
    for (const [each, tests] of found) {
      report.tests.push(...tests)
      if (isDoubtful(tests)) doubtful.push(each)
    }
  })
  await inTurns(doubtful.length ? OTHER_SEEDS : [], one, async ([seed]) => {
    const tests = await tried({ pattern: patternOf(doubtful) }, seed)
    report.tests.push(...tests.map((test) => ({ ...test, again: true })))
  })
  report.tests = folded(report.tests)
  writeFileSync(order.report, JSON.stringify(report))
  const isIll = report.tests.some((test) => test.state === 'failed') || report.turns.some((turn) => turn?.status)
  process.exitCode = isIll ? 1 : 0
}

// Each as an ordinary run; null for one that told nothing.
async function takeTurns() {
  const scratch = new Scratch()
  const waiting = [...order.turns]
  while (waiting.length) {
    const queue = waiting.map((turn) => ({ ...turn, pattern: null, path: join(folder, `${++runs}.json`) }))
    until = Date.now() + order.turnSeconds * 1000 * queue.length
    const [{ clock, zone }] = queue
    const { status } = await run({ ...queue[0], queue, env: clock ? { TZ: zone } : {} })
    const [first, ...others] = queue.map(({ path }) => read(path))
    const after = others.findIndex((found) => !passed(found))
    const taken = after < 0 ? others : others.slice(0, after)
    // It goes on to another one only after one that passed.
    report.turns.push(first && (others[0] || status !== null) ? { status: others[0] ? 0 : status, report: first } : null)
    report.turns.push(...taken.map((found) => ({ status: 0, report: found })))
    waiting.splice(0, 1 + taken.length)
    scratch.clean()
  }
}

async function tried(each, chance) {
  const asked = { ...each, chance, path: join(folder, `${++runs}.json`) }
  return learn(asked, (await run(asked)).isLate)
}

// What the first case says counts, and of those after it what passes: the others have to be first themselves. A runner may
// leave it at the first one.
async function together(cases, waiting) {
  const queue = cases.map((each) => ({ ...each, chance: 0, path: join(folder, `${++runs}.json`) }))
  const { isLate } = await run({ ...queue[0], queue })
  const found = [[cases[0], learn(queue[0], isLate)]]
  queue.forEach(({ path }, place) => {
    if (!place) return
    const told = read(path)
    if (passed(told)) found.push([cases[place], told.tests])
    else if (!isLate) waiting.push(cases[place])
  })
  return found
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
