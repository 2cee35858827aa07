// Runs a suite several times, and then its cases one by one, for runners that start quickly: a fresh process for each. Cases
// that pass and have drawn random numbers are run again with others. What there is no time for is left out of the report.
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
  const scratch = new Scratch()
  for (const turn of order.turns) {
    report.turns.push(await tookTurn(turn))
    scratch.clean()
  }
  until = Date.now() + order.alone.seconds * 1000
  const doubtful = []
  await inTurns(order.alone.cases, async (each) => {
    const tests = await tried(each, 0)
    report.tests.push(...tests)
    if (isDoubtful(tests)) doubtful.push(each)
  })
  await inTurns(doubtful.length ? OTHER_SEEDS : [], async (seed) => {
    const tests = await tried({ pattern: patternOf(doubtful) }, seed)
    report.tests.push(...tests.map((test) => ({ ...test, again: true })))
  })
  report.tests = folded(report.tests)
  writeFileSync(order.report, JSON.stringify(report))
  const isIll = report.tests.some((test) => test.state === 'failed') || report.turns.some((turn) => turn?.status)
  process.exitCode = isIll ? 1 : 0
}

// As an ordinary run; null when it told nothing.
async function tookTurn({ seed, clock, zone }) {
  until = Date.now() + order.turnSeconds * 1000
  const path = join(folder, `${++runs}.json`)
  const { status } = await run({ path, pattern: null, seed, clock, env: clock ? { TZ: zone } : {} })
  const found = read(path)
  return found && status !== null ? { status, report: found } : null
}

async function tried(each, chance) {
  const asked = { ...each, chance, path: join(folder, `${++runs}.json`) }
  return learn(asked, (await run(asked)).isLate)
}

async function inTurns(all, work) {
  const waiting = [...all]
  const worker = async () => {
    while (waiting.length && Date.now() < until) await work(waiting.shift())
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
  if (isLate) return []
  const found = read(path)
  const failed = (message) => [{ titles: found.running?.titles ?? [name], state: 'failed', message, ms: 0 }]
  if (!found) return failed('it ended the process')
  if (found.hangs) return failed('it did not come to an end')
  if (found.running) return failed('it ended the process')
  if (!found.finished) return failed(found.errors?.[0]?.message ?? 'it did not load')
  return found.tests
}

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
