// Runs the suites that TESTWRIGHT_ORDER names with the node:test of this Node, and leaves one report.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import real from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const { Afterwards, inWords } = require('../javascript/afterwards.cjs')
const { Anew } = require('../javascript/anew.cjs')
const { randomOf, shuffled, takeChance } = require('../javascript/chance.cjs')
const { Counters } = require('../javascript/counters.cjs')
const { goElsewhere } = require('../javascript/elsewhere.cjs')
const { Hearing } = require('../javascript/hearing.cjs')
const { installedLoader, MISSING, namesLoader, needsLoader } = require('../javascript/loaders.cjs')
const { measure } = require('../javascript/measuring.cjs')
const { leave, templateOf } = require('../javascript/running.cjs')
const { stay } = require('../javascript/staying.cjs')
const { announce, begin, end } = require('../javascript/turn.cjs')
const { hasMore, Untouched } = require('../javascript/untouched.cjs')
const { Repeating } = require('./challenge.cjs')
const { Collecting } = require('./collecting.cjs')
const { called } = require('./parts.cjs')

const { setImmediate, setTimeout } = globalThis // a test may leave stopped ones
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const { root } = order
const source = join(root, order.source)
const suites = order.suites.map((path) => resolve(root, path))
const newReport = () => ({ framework: 'node:test', finished: false, tests: [], errors: [], coverage: [] })
const LONGEST = 2000
const CLOSING_MS = 300
const LAST_MS = 20
const FIRST_MS = 20_000 // on a busy machine what imports one thing may take that long
const CASE_MS = 8_000 // before the watchdog bites: waiting in vain must not cost the other cases
const FOR_EVER = 2 ** 31 - 1
const SECOND = '--as-second'
const RUN = 'testwright: one of several runs' // the group that a run's tests are in, where others come after it
const UNENDING = require.resolve('../javascript/unending.cjs')
const counters = new Counters(source)
const flags = projectFlags()
const loader = loaderFor(flags)
let afterwards
let collecting
let finished
let hearing
let isFinishing = false
let random
let repeating
let report
let stack = []
let told = new Map()
let underWay
let exit = process.exit.bind(process)
let watchdog

function again() {
  const args = [...process.execArgv, '--require', UNENDING, ...flags, fileURLToPath(import.meta.url), SECOND]
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1)
}

async function main() {
  const folder = process.env.TESTWRIGHT_CHALLENGE
  delete process.env.TESTWRIGHT_ORDER
  delete process.env.TESTWRIGHT_CHALLENGE
  process.env.NODE_ENV ??= 'test'
  if (!order.queue) atOnce()
  if (!order.queue && !folder && !order.untimed) {
    afterwards = new Afterwards()
    hearing = new Hearing(order.suites, afterwards)
    hearing.toNode()
  }
  if (order.coverage) measure(source, root, order.measured)
  if (folder) {
    exit = stay()
    repeating = new Repeating(folder, real)
  }
  const rules = { arrange, isAsked, around, limits: order.untimed ? {} : { timeout: CASE_MS }, within: order.queue && RUN }
  collecting = new Collecting(real, repeating ? repeated() : rules)
  globalThis.__testwright_node_test__ = collecting.names
  globalThis.__testwright_heard__ = hear
  const load = Module._load
  Module._load = (request, ...rest) => (request === 'node:test' ? globalThis.__testwright_node_test__ : load(request, ...rest))
  Module.register(new URL('./hooks.mjs', import.meta.url))
  if (order.hangSeconds && !repeating) {
    const script = new URL('../javascript/watchdog.cjs', import.meta.url)
    watchdog = new Worker(script, { workerData: { ...order, seconds: order.hangSeconds } })
    watchdog.unref()
  }
  if (order.queue) await oneByOne()
  else await once()
  exit(isIll() ? 1 : 0)
}

function atOnce() {
  if (order.seed !== null) Math.random = randomOf(order.seed)
  if (order.chance !== undefined) takeChance(globalThis, order.chance)
  if (order.clock) goElsewhere(globalThis, order.clock)
}

// Comes back when all is told, unless the process ends before.
async function once() {
  report = newReport()
  told = new Map()
  stack = []
  random = order.seed === null ? null : randomOf(order.seed)
  const end = new Promise((done) => {
    finished = done
  })
  if (repeating?.parts > 1) await loadInParts()
  else if (!(await loads())) return write()
  if (order.coverage) counters.begin(source, globalThis)
  collecting.register()
  if (afterwards) hearLate()
  if (repeating?.parts === 1) repeating.loaded()
  repeating?.begin()
  if (!collecting.cases.length && !order.queue) waitForTheFirst()
  await end
}

// Several runs, for as long as nothing of this process was touched: all code is loaded anew for each. Something is always under
// way until the last, or node:test would take the first for all there is.
async function oneByOne() {
  setTimeout(() => {}, FOR_EVER)
  real.describe('', () => {}) // has node:test begin to listen to what it listens to
  await new Promise((done) => setImmediate(done))
  underWay = process.getActiveResourcesInfo()
  const anew = new Anew()
  const untouched = new Untouched(globalThis)
  for (const { path, ...run } of order.queue) {
    Object.assign(order, run, { report: path, seed: run.seed ?? null })
    announce(run)
    begin(globalThis)
    announce({ zone: run.zone }) // the rest is not for the suite to see
    await once()
    end(globalThis)
    announce({})
    real.mock.reset()
    if (isIll() || isBusy() || !anew.forgetsAll || !untouched.holds) return
    anew.forget()
    collecting.anew()
    collecting.cases = []
  }
}

// What else is under way would keep the process, or comes too late.
const isBusy = () => hasMore(underWay, process.getActiveResourcesInfo())

const isIll = () => report.errors.length > 0 || report.tests.some((test) => test.state === 'failed')

async function loads() {
  try {
    if (loader?.missing) throw new Error(MISSING)
    await loadSuites()
  } catch (error) {
    repeating?.broken(described(error))
    report.errors.push({ kind: 'load', message: described(error) })
    return false
  }
  await new Promise((done) => setImmediate(done)) // what a suite registers once something was imported
  return true
}

async function loadSuites() {
  for (const path of suites) await import(pathToFileURL(path).href)
}

async function loadInParts() {
  const anew = new Anew()
  for (let part = 0; part < repeating.parts; part++) {
    repeating.enter(part)
    anew.forget()
    collecting.anew()
    try {
      await loadSuites()
      collecting.register()
      repeating.loaded()
    } catch (error) {
      repeating.broken(described(error))
    }
  }
  collecting.anew()
  repeating.enter(0)
}

// A test may be registered once something was imported, which takes a busy machine its time: for as long as anything is under way.
function waitForTheFirst() {
  const given = setTimeout(close, FIRST_MS)
  given.unref()
  process.once('beforeExit', close)
}

// A hook at the end may still have its say, where nothing else is under way; and something may stay open and keep the process.
function closeSoon() {
  process.once('beforeExit', () => setTimeout(close, LAST_MS))
  setTimeout(close, CLOSING_MS).unref()
}

// What was registered since then is waited for: its own end comes back here.
function close() {
  if (told.size === collecting.cases.length) finish()
}

// One of several runs, whose group has come to its end: nothing ends the process, so it is looked at whether anything is under way.
function finishWhenStill(until) {
  setImmediate(() => {
    const isStill = told.size === collecting.cases.length && !isBusy()
    if (isStill || performance.now() > until) finish()
    else finishWhenStill(until)
  })
}

function arrange(entries) {
  return random ? shuffled(entries, random) : entries
}

function isAsked({ titles }) {
  return !order.pattern || new RegExp(order.pattern).test(titles.join(' '))
}

// What runs between two tests (hooks) belongs to the later one.
function around(fn, about) {
  const begin = () => {
    globalThis.__testwright_chance__?.begin()
    if (watchdog) leave(order, withoutPath(about))
    watchdog?.postMessage({ ...withoutPath(about), report: order.report })
  }
  const end = () => {
    if (watchdog) leave(order, null)
    watchdog?.postMessage(null)
    about.drew = globalThis.__testwright_chance__?.drew()
    about.isOver = true
    if (!order.coverage) return
    about.measured = counters.end(source, globalThis)
    counters.begin(source, globalThis)
  }
  return async (context) => {
    begin()
    try {
      await (afterwards ? afterwards.within(about, () => called(fn, context)) : called(fn, context))
      const unheard = hearing?.complaint(about)
      if (unheard) throw new Error(unheard)
    } finally {
      end()
    }
  }
}

function repeated() {
  const around = (fn, about, hooks) => repeating.around(fn, withoutPath(about), hooks)
  return { arrange, isAsked, around, rules: { timeout: Number.POSITIVE_INFINITY }, keepsHooks: true }
}

function withoutPath({ id, titles }) {
  return { id, titles, file: order.suites[0] }
}

// Events come in the order of registration; a test within a test is a part of it, and a group is none.
function hear({ type, data }) {
  if (type === 'test:start') {
    stack.length = data.nesting
    stack.push(data.name)
  } else if (type === 'test:pass' || type === 'test:fail') {
    if (data.details?.type === 'suite') {
      if (data.name === RUN && data.nesting === 0) finishWhenStill(performance.now() + CLOSING_MS)
      return
    }
    const path = [...stack.slice(stack[0] === RUN ? 1 : 0, data.nesting), data.name].join(' > ')
    const about = collecting.cases.find((each) => each.path === path && !told.has(each))
    if (!about) return
    const isLeftOut = (data.skip !== undefined && data.skip !== false) || (data.todo !== undefined && data.todo !== false)
    const state = isLeftOut ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed'
    const error = data.details?.error
    told.set(about, { state, message: state === 'failed' ? described(error?.cause ?? error) : '', ms: data.details?.duration_ms ?? 0 })
    if (told.size === collecting.cases.length && !order.queue) closeSoon()
  }
}

async function finish() {
  if (isFinishing && !order.queue) return
  isFinishing = true
  await afterwards?.untilStill()
  for (const [about, message] of afterwards?.lasting() ?? []) about.late ??= { state: 'failed', message }
  repeating?.finished()
  const file = relative(root, resolve(root, order.suites[0]))
  report.tests = collecting.cases.map((about) => ({
    titles: about.titles,
    template: templateOf(root, { titles: about.titles, file }),
    file,
    ...(told.get(about) ?? { state: 'failed', message: 'It was not run.', ms: 0 }),
    ...about.late,
    ...about.measured,
    drew: about.drew,
  }))
  report.finished = true
  write()
  finished()
}

// node:test only remarks on what a test that is over has left.
function hearLate() {
  const isLate = (about) => about?.isOver || (isFinishing && !about)
  afterwards.listen(isLate, (about, error) => {
    if (about) about.late = { state: 'failed', message: inWords(described(error)) }
    else report.errors.push({ kind: 'unhandled', message: described(error) })
  })
}

function write() {
  if (order.coverage) report.coverage = Object.values(globalThis.__coverage__ ?? {}).filter((each) => each.path === source)
  if (!repeating) writeFileSync(order.report, JSON.stringify(report))
}

// What the project's own `npm test` gives Node to load first.
function projectFlags() {
  const path = join(root, 'package.json')
  let script = ''
  try {
    script = existsSync(path) ? String(JSON.parse(readFileSync(path, 'utf8')).scripts?.test ?? '') : ''
  } catch {}
  if (!/\bnode\b.*--test\b/.test(script)) return []
  return [...script.matchAll(/(?:^|\s)(--import|--require|-r|--loader|--experimental-loader)(?:\s+|=)['"]?([^\s'"]+)/g)].flatMap((each) => [each[1], each[2]])
}

function loaderFor(named) {
  if (namesLoader(named) || !needsLoader([order.source, ...order.suites])) return null
  return installedLoader(root) ?? { missing: true }
}

function described(error) {
  const message = String(error?.message ?? error)
  const stack = String(error?.stack ?? '')
  return (stack.includes(message) ? stack : `${message}\n${stack}`).slice(0, LONGEST)
}

process.chdir(root)
if (loader?.flags) flags.push(...loader.flags)
if (loader?.require) flags.push('--require', loader.require)
if (flags.length && !process.argv.includes(SECOND)) again()
else {
  require(UNENDING)
  main().catch((error) => {
    console.error(error)
    exit(1)
  })
}
