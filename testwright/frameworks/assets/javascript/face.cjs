// Runs a suite against mutants for runners that start quickly: a fresh process for each mutant, two at a time, and of the
// suite only the cases that reach it. Two runs with no mutant come first; a case that does not pass both counts for nothing.
const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const AT_ONCE = 2
const SHORTEST_MS = 4000
const TIMES_LONGER = 6
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const folder = mkdtempSync(join(tmpdir(), 'testwright-face-'))
const until = Date.now() + order.seconds * 1000
let runs = 0

async function main() {
  const first = await run(0, null, until - Date.now())
  const second = first.broken ? first : await run(0, null, until - Date.now())
  const broken = first.broken ?? second.broken
  const cases = [...first.cases.values()]
  for (const each of cases) {
    const again = second.cases.get(each.id)
    each.fit = each.ok && again?.ok === true
    each.reached = new Set([...each.reached, ...(again?.reached ?? [])])
  }
  const atLoad = new Set([...first.loaded, ...second.loaded])
  const fit = cases.filter((each) => each.fit)
  const limit = Math.max(SHORTEST_MS, TIMES_LONGER * Math.max(first.ms, second.ms))
  const outcomes = new Map()
  const waiting = broken ? [] : [...order.numbers]
  const reachingOf = (number) => (atLoad.has(number) ? fit : fit.filter((each) => each.reached.has(number)))
  const killing = new Set()
  // A case that has noticed nothing so far goes first: should time run out, there is a word on each.
  const next = () => {
    const telling = waiting.findIndex((number) => reachingOf(number).some((each) => !killing.has(each)))
    return waiting.splice(Math.max(telling, 0), 1)[0]
  }
  const worker = async () => {
    for (let number = next(); number !== undefined; number = next()) {
      const reaching = reachingOf(number)
      if (!reaching.length) outcomes.set(number, outcome(number, 'unreached', [], []))
      else if (Date.now() < until) outcomes.set(number, await tried(number, reaching, limit))
      for (const each of outcomes.get(number)?.killers ?? []) killing.add(each)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const place = (each) => cases.indexOf(each)
  const told = order.numbers.map((number) => outcomes.get(number) ?? outcome(number, 'untried', [], []))
  const report = {
    finished: true,
    broken,
    tests: cases.map(({ titles, file }) => ({ titles, file })),
    unfit: cases.flatMap((each, index) => (each.fit ? [] : [index])),
    // Boundary cases have a minus sign before their number, so that they are no mutants.
    met: order.edges.map((number) => [number, cases.flatMap((each, index) => (each.reached.has(-number) ? [index] : []))]),
    outcomes: told.map((each) => ({ ...each, reached: each.reached.map(place), killers: each.killers.map(place) })),
  }
  writeFileSync(order.report, JSON.stringify(report))
}

const outcome = (number, fate, reached, killers) => ({ number, fate, reached, killers })

async function tried(number, reaching, limit) {
  const left = until - Date.now()
  const found = await run(number, reaching, Math.min(limit, left))
  if (found.isLate && left < limit) return outcome(number, 'untried', [], [])
  const failed = (each) => {
    const told = found.cases.get(each.id)
    return told ? !told.ok : found.broken || found.ended !== 0
  }
  // Where the process ended in the midst of a case, those after it were not asked.
  const killers = found.running ? reaching.filter((each) => each.id === found.running || found.cases.get(each.id)?.ok === false) : reaching.filter(failed)
  const fate = !killers.length ? (found.isLate ? 'untried' : 'survived') : found.isLate ? 'timed_out' : 'killed'
  return outcome(number, fate, fate === 'untried' ? [] : reaching, killers)
}

function run(mutant, only, milliseconds) {
  const journal = join(folder, `${++runs}.jsonl`)
  writeFileSync(journal, '')
  const asked = { ...order, coverage: false, seed: null, face: { journal, mutant, only: only?.map((each) => each.id) } }
  const started = Date.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(2)], {
      stdio: ['ignore', mutant ? 'ignore' : 'inherit', mutant ? 'ignore' : 'inherit'],
      env: { ...process.env, TESTWRIGHT_ORDER: JSON.stringify(asked), NODE_NO_WARNINGS: '1' },
      detached: true,
    })
    let isLate = false
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {}
    }
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, Math.max(milliseconds, 1))
    const over = (code) => {
      clearTimeout(timer)
      end() // what the code under test may have started
      resolve({ ...told(journal), ended: code, isLate, ms: Date.now() - started })
    }
    child.on('exit', over)
    child.on('error', () => over(1))
  })
}

function told(journal) {
  const found = { cases: new Map(), loaded: [], broken: undefined, running: '' }
  for (const line of readFileSync(journal, 'utf8').split('\n')) {
    let entry = {}
    try {
      entry = line ? JSON.parse(line) : {}
    } catch {}
    if (entry.loaded) found.loaded = entry.loaded
    if (entry.broken) found.broken = entry.broken
    if (entry.begin) found.running = entry.begin.id
    if (!entry.end) continue
    found.running = ''
    if (entry.state === 'skipped') continue
    const before = found.cases.get(entry.end.id)?.reached ?? []
    found.cases.set(entry.end.id, { ...entry.end, ok: entry.state === 'passed', reached: [...before, ...entry.reached] })
  }
  return found
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
