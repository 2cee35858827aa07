// Runs the cases of a suite one by one for runners that start quickly: a fresh process for each, two at a time. What there
// is no time for is left out of the report.
const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const AT_ONCE = 2
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const folder = mkdtempSync(join(tmpdir(), 'testwright-alone-'))
const until = Date.now() + order.alone.seconds * 1000
const report = { finished: true, tests: [], errors: [], coverage: [] }

async function main() {
  const waiting = order.alone.cases.map((each, number) => ({ ...each, path: join(folder, `${number}.json`) }))
  const worker = async () => {
    for (let next = waiting.shift(); next && Date.now() < until; next = waiting.shift()) learn(next, await run(next))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  writeFileSync(order.report, JSON.stringify(report))
  process.exitCode = report.tests.some((test) => test.state === 'failed') ? 1 : 0
}

function run({ pattern, path }) {
  const env = { ...process.env, TESTWRIGHT_ORDER: JSON.stringify({ ...order, alone: null, pattern, report: path }), NODE_NO_WARNINGS: '1' }
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
  if (isLate) return
  const failed = (message) => report.tests.push({ titles: [name], state: 'failed', message, ms: 0 })
  let found
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return failed('it ended the process')
  }
  if (found.hangs) return failed('it did not come to an end')
  if (found.running) return failed('it ended the process')
  if (!found.finished) return failed(found.errors?.[0]?.message ?? 'it did not load')
  report.tests.push(...found.tests)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
