// Runs a suite against mutants: starts the test runner given as arguments, again where it ended too early, and leaves one
// report. From outside, because a mutant may keep the runner's process from ever answering.
const { spawn } = require('node:child_process')
const { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')
const { entriesIn, nextTurn, reportOf, stateOf, write } = require('./journal.cjs')
const { templateOf } = require('./running.cjs')

const MOST_STARTS = 100
const LONGEST_SILENCE_MS = 60_000
const GRACE_MS = 500
const CLOSING_MS = 2500
// What a mock was called with is known to it still when the test is run again in the same environment.
const MOCKS = /\b(?:fn|spyOn|spy|stub|method|\w*[mM]ock\w*)\(|\bsinon\b/

const asked = JSON.parse(process.env.TESTWRIGHT_ORDER)
const HURRIED_AFTER = 0.3
const started = Date.now()
const order = {
  numbers: asked.numbers,
  edges: asked.edges,
  remembers: asked.suites.some((path) => MOCKS.test(textOf(path))),
  hurriedFrom: started + asked.seconds * 1000 * HURRIED_AFTER,
  until: started + asked.seconds * 1000,
}
const folder = mkdtempSync(join(tmpdir(), 'testwright-challenge-'))
writeFileSync(join(folder, 'order.json'), JSON.stringify(order))

function textOf(path) {
  try {
    return readFileSync(resolve(asked.root, path), 'utf8')
  } catch {
    return ''
  }
}

async function main() {
  let turns = -1
  for (let starts = 0; starts < MOST_STARTS; starts++) {
    const state = stateOf(entriesIn(folder))
    if (state.turns === turns || nextTurn(order, state) === null) break
    turns = state.turns
    await run()
  }
  const report = reportOf(order, stateOf(entriesIn(folder)))
  for (const test of report.tests) test.template ??= templateOf(asked.root, test)
  writeFileSync(asked.report, JSON.stringify(report))
}

function run() {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(2)], {
      stdio: ['ignore', ...(asked.quiet ? ['ignore', 'ignore'] : ['inherit', 'inherit'])],
      env: { ...process.env, TESTWRIGHT_CHALLENGE: folder, NODE_NO_WARNINGS: '1' },
      detached: true,
    })
    const watch = setInterval(() => {
      const why = whyToEnd()
      if (why === null) return
      write(folder, { [why]: true })
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {}
    }, 200)
    const over = () => {
      clearInterval(watch)
      write(folder, { ended: true })
      resolve()
    }
    child.on('exit', over)
    child.on('error', over)
  })
}

const seen = { size: -1, last: {}, since: Date.now() }

function whyToEnd() {
  const { size, last } = lastEntry()
  if (size !== seen.size) Object.assign(seen, { size, last, since: Date.now() })
  if (seen.last.hung || seen.last.ended) return null
  if (Date.now() > order.until + CLOSING_MS) return 'ended' // our own limit: nobody is to blame
  const most = seen.last.begin ? seen.last.limit + GRACE_MS : LONGEST_SILENCE_MS
  return Date.now() - seen.since > most ? 'hung' : null
}

function lastEntry() {
  try {
    const file = openSync(join(folder, 'journal.jsonl'), 'r')
    try {
      const { size } = fstatSync(file)
      const end = Buffer.alloc(Math.min(size, 8192))
      readSync(file, end, 0, end.length, size - end.length)
      return { size, last: JSON.parse(end.toString().trimEnd().split('\n').at(-1)) }
    } finally {
      closeSync(file)
    }
  } catch {
    return { size: seen.size, last: seen.last }
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
