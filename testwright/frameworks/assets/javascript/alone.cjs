// Runs the cases of a suite one by one for runners that start quickly: a fresh process for each, two at a time. Those that
// pass and have drawn random numbers are run again with others. What there is no time for is left out of the report.
const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { folded, isDoubtful, OTHER_SEEDS, patternOf } = require('./chance.cjs')

const AT_ONCE = 2
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const folder = mkdtempSync(join(tmpdir(), 'testwright-alone-'))
const until = Date.now() + order.alone.seconds * 1000
const report = { finished: true, tests: [], errors: [], coverage: [] }
let runs = 0

async function main() {
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
  process.exitCode = report.tests.some((test) => test.state === 'failed') ? 1 : 0
}

async function tried(each, seed) {
  const asked = { ...each, path: join(folder, `${++runs}.json`) }
  return learn(asked, await run(asked, seed))
}

async function inTurns(all, work) {
  const waiting = [...all]
  const worker = async () => {
    while (waiting.length && Date.now() < until) await work(waiting.shift())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function run({ pattern, path }, chance) {
  const asked = { ...order, alone: null, pattern, report: path, chance }
  const env = { ...process.env, TESTWRIGHT_ORDER: JSON.stringify(asked), NODE_NO_WARNINGS: '1' }
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
    const over = () => {
      clearTimeout(timer)
      end() // what the code under test may have started
      resolve(isLate)
    }
    child.on('exit', over)
    child.on('error', over)
  })
}

function learn({ name, path }, isLate) {
  if (isLate) return []
  let found = {}
  const failed = (message) => [{ titles: found.running?.titles ?? [name], state: 'failed', message, ms: 0 }]
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return failed('it ended the process')
  }
  if (found.hangs) return failed('it did not come to an end')
  if (found.running) return failed('it ended the process')
  if (!found.finished) return failed(found.errors?.[0]?.message ?? 'it did not load')
  return found.tests
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
