// Runs the suites that TESTWRIGHT_ORDER names with the mocha whose entry point is the first argument, and leaves one report.
// Started through mocha's own API rather than its command line, whose `spec` would be joined with the project's.
const { spawnSync } = require('node:child_process')
const { existsSync, readFileSync, realpathSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join, relative, resolve } = require('node:path')
const { pathToFileURL } = require('node:url')
const { Worker } = require('node:worker_threads')
const { Afterwards, inWords } = require('../javascript/afterwards.cjs')
const { Anew } = require('../javascript/anew.cjs')
const { randomOf, shuffled, takeChance } = require('../javascript/chance.cjs')
const { Challenge } = require('../javascript/challenge.cjs')
const { Counters } = require('../javascript/counters.cjs')
const { goElsewhere } = require('../javascript/elsewhere.cjs')
const { Hearing } = require('../javascript/hearing.cjs')
const { installedLoader, MISSING, namesLoader, needsLoader } = require('../javascript/loaders.cjs')
const { measure } = require('../javascript/measuring.cjs')
const { isModule } = require('../javascript/modules.cjs')
const { leave, templateOf } = require('../javascript/running.cjs')
const { stay } = require('../javascript/staying.cjs')
const { announce, begin, end } = require('../javascript/turn.cjs')
const { Untouched } = require('../javascript/untouched.cjs')
const { repeated } = require('./challenge.cjs')

const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const { root } = order
const home = dirname(dirname(realpathSync(process.argv[2])))
const source = join(root, order.source)
const newReport = () => ({ framework: 'mocha', finished: false, tests: [], errors: [], coverage: [] })
const LONGEST = 2000
const OLDEST = 8
const OF_EACH = /^"(?:before|after) each"/
const SECOND = '--as-second'
const FOLDER = process.env.TESTWRIGHT_CHALLENGE
const UNENDING = require.resolve('../javascript/unending.cjs')
let afterwards
let anew
let hearing
let report = newReport()
let watchdog

async function main() {
  process.chdir(root)
  require(UNENDING)
  const options = projectOptions()
  const loader = loaderFor(options)
  const flags = [...nodeFlags(options), ...(loader.flags ?? [])]
  if (flags.length && !process.argv.includes(SECOND)) return again(flags)
  delete process.env.TESTWRIGHT_ORDER
  delete process.env.TESTWRIGHT_CHALLENGE
  process.env.NODE_ENV ??= 'test'
  // What a mutant is asked by has no type, and what explores has none either. Delivered suites are checked.
  if (FOLDER || order.untimed) process.env.TS_NODE_TRANSPILE_ONLY = 'true'
  if (!order.queue) atOnce()
  if (order.coverage) measure(source, root, order.measured)
  const plugins = () => {
    if (loader.missing) throw new Error(MISSING)
    return required([...list(options.require), ...(loader.require ? [loader.require] : [])])
  }
  if (FOLDER) return challenged(options, plugins)
  let brought
  try {
    brought = await plugins()
  } catch (error) {
    return left(1, { kind: 'load', message: described(error) })
  }
  if (order.hangSeconds) watchdog = new Worker(join(__dirname, '../javascript/watchdog.cjs'), { workerData: { ...order, seconds: order.hangSeconds } })
  watchdog?.unref()
  if (!order.queue && !order.untimed) {
    afterwards = new Afterwards()
    hearing = new Hearing(order.suites, afterwards)
    hearing.toNode()
  }
  if (order.queue) await oneByOne(options, brought)
  else await once(options, brought)
  process.exit(report.errors.length || report.tests.some((test) => test.state === 'failed') ? 1 : 0)
}

function atOnce() {
  if (order.seed !== null) Math.random = randomOf(order.seed)
  if (order.chance !== undefined) takeChance(globalThis, order.chance)
  if (order.clock) goElsewhere(globalThis, order.clock)
}

async function once(options, plugins) {
  let runner
  try {
    const mocha = await prepared(options, plugins)
    if (hearing) await hearOthers()
    runner = await ran(mocha, options.exit)
  } catch (error) {
    return left(1, { kind: 'load', message: described(error) })
  }
  report.finished = true
  write()
  return runner
}

// Several runs, for as long as nothing of this process was touched: all code is loaded anew for each.
async function oneByOne(options, plugins) {
  const names = namesOfMocha(options)
  anew = new Anew()
  const untouched = new Untouched(globalThis)
  const mayShare = !list(options.require).length // what the project has loaded before its suites stays
  for (const { path, ...run } of order.queue) {
    Object.assign(order, run, { report: path, seed: run.seed ?? null })
    report = newReport()
    announce(run)
    begin(globalThis)
    announce({ zone: run.zone }) // the rest is not for the suite to see
    const runner = await once(options, plugins)
    end(globalThis)
    announce({})
    runner.dispose?.() // what it listens to
    for (const name of names) delete globalThis[name]
    const goesOn = mayShare && report.tests.every((test) => test.state !== 'failed') && anew.forgetsAll
    if (!goesOn || !untouched.holds) return
    anew.forget()
  }
}

// What mocha gives to suites by name; it is given anew for each run.
function namesOfMocha(options) {
  const Mocha = library()
  const mocha = new Mocha({ ui: 'bdd', reporter: class {} })
  if (options.ui && options.ui !== 'bdd') otherInterface(mocha, options.ui)
  const names = {}
  mocha.suite.emit('pre-require', names, null, mocha)
  return Object.keys(names)
}

async function challenged(options, plugins) {
  const exit = stay()
  const challenge = new Challenge(FOLDER)
  challenge.install(globalThis)
  let brought
  do {
    anew?.forget()
    try {
      brought ??= await plugins()
      anew ??= new Anew()
      const mocha = await prepared(options, brought)
      challenge.loaded()
      const known = new Map()
      mocha.suite.eachTest((test) => known.set(test, aboutOf(test, known)))
      await repeated(mocha, challenge, (test) => known.get(test))
    } catch (error) {
      challenge.broken(described(error))
      challenge.finished()
    }
  } while (challenge.reloads())
  exit(0)
}

// A module from mocha 12 on, and the names of what it is made of end in .cjs.
function library() {
  const loaded = require(join(home, 'index.js'))
  return loaded.default ?? loaded
}

function part(folder, name) {
  const path = join(home, 'lib', folder, name)
  return require(existsSync(`${path}.cjs`) ? `${path}.cjs` : `${path}.js`)
}

function again(flags) {
  const { status } = spawnSync(process.execPath, ['--require', UNENDING, ...flags, __filename, process.argv[2], SECOND], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

function left(status, error) {
  if (error) report.errors.push(error)
  write()
  process.exit(status)
}

function write() {
  if (order.coverage) report.coverage = Object.values(globalThis.__coverage__ ?? {}).filter((each) => each.path === source)
  writeFileSync(order.report, JSON.stringify(report))
}

// What .mocharc and package.json say. A configuration that cannot be read is told as such.
function projectOptions() {
  try {
    const { version } = require(join(home, 'package.json'))
    if (Number.parseInt(version, 10) < OLDEST) throw new Error(`This is mocha ${version}; ${OLDEST} or newer is needed.`)
    return part('cli', 'options').loadOptions([])
  } catch (error) {
    left(1, { kind: 'start', message: described(error) })
  }
}

function nodeFlags(options) {
  const flags = list(options['node-option'] ?? options.nodeOption).map((flag) => `--${String(flag).replace(/^--/, '')}`)
  for (const name of ['import', 'loader', 'experimental-loader'])
    for (const value of list(options[name])) flags.push(`--${name}`, String(value))
  return flags
}

function loaderFor(options) {
  const named = [...list(options.require), ...nodeFlags(options)]
  const isConfigured = namesLoader(named) || list(options.extension).some((ending) => /^\.?[cm]?tsx?$/.test(ending))
  if (isConfigured || !needsLoader([order.source, ...order.suites])) return {}
  return installedLoader(root) ?? { missing: true }
}

async function prepared(options, plugins) {
  const Mocha = library()
  const mocha = new Mocha({ ...plugins, timeout: order.untimed ? 0 : options.timeout, slow: options.slow, ui: 'bdd', reporter: class {}, retries: 0 })
  if (options.ui && options.ui !== 'bdd') otherInterface(mocha, options.ui)
  if (order.pattern) mocha.grep(new RegExp(order.pattern))
  for (const file of [...list(options.file), ...order.suites]) mocha.addFile(resolve(root, file))
  if (order.coverage || anew) importing()
  if (mocha.loadFilesAsync) await mocha.loadFilesAsync()
  else mocha.loadFiles()
  if (order.seed !== null) mixed(mocha.suite, randomOf(order.seed))
  return mocha
}

// A module that is required is not seen by whoever measures or loads anew, so mocha is made to import it.
function importing() {
  const loading = part('nodejs', 'esm-utils')
  const { doImport, requireOrImport } = loading
  if (!doImport || !requireOrImport) return
  loading.requireOrImport = (file, ...rest) =>
    /\.js$/.test(file) && isModule(file) ? doImport(pathToFileURL(file)) : requireOrImport(file, ...rest)
}

// Beside bdd, so that the project's own suites load as well.
function otherInterface(mocha, name) {
  const other = library().interfaces[name]
  if (other) other(mocha.suite)
}

async function required(names) {
  const { handleRequires } = part('cli', 'run-helpers')
  const from = createRequire(join(root, 'package.json'))
  const paths = names.map((name) => {
    for (const path of [resolve(root, name), resolve(root, `${name}.js`)]) if (existsSync(path)) return path
    try {
      return from.resolve(name)
    } catch {
      return name
    }
  })
  return (await handleRequires(paths, { ignoredPlugins: [] })) ?? {}
}

function mixed(suite, random) {
  suite.tests = shuffled(suite.tests, random)
  suite.suites = shuffled(suite.suites, random)
  for (const inner of suite.suites) mixed(inner, random)
}

function ran(mocha, endsAnyway) {
  const counters = new Counters(source)
  const known = new Map()
  const all = []
  mocha.suite.eachTest((test) => all.push(test))
  for (const test of all) known.set(test, aboutOf(test, known))
  const pattern = order.pattern && new RegExp(order.pattern)
  const isAsked = (test) => !pattern || pattern.test(test.fullTitle())
  const told = new Map()
  const tell = (test, state, error) => told.set(test, { state, message: error ? described(error) : '', ms: test.duration ?? 0 })
  return new Promise((done) => {
    const runner = mocha.run(async () => {
      await afterwards?.untilStill()
      if (afterwards && !endsAnyway)
        for (const [test, message] of afterwards.lasting()) told.set(test, { state: 'failed', message, ms: test.duration ?? 0 })
      for (const test of all) if (isAsked(test)) report.tests.push(entryOf(test, known.get(test), told))
      done(runner)
    })
    if (afterwards) hearLate(runner, told)
    runner.on('hook', (hook) => afterwards?.begin(OF_EACH.test(hook.title) ? hook.ctx.currentTest : undefined))
    runner.on('test', (test) => {
      if (!known.has(test)) return
      afterwards?.begin(test)
      globalThis.__testwright_chance__?.begin()
      if (watchdog) {
        leave(order, known.get(test))
        watchdog.postMessage({ titles: known.get(test).titles, file: known.get(test).file, report: order.report })
      }
      if (order.coverage) counters.begin(test, globalThis)
    })
    runner.on('pass', (test) => {
      const unheard = hearing?.complaint(test)
      if (unheard) tell(test, 'failed', unheard)
      else tell(test, 'passed')
    })
    runner.on('pending', (test) => tell(test, 'skipped'))
    runner.on('fail', (test, error) => {
      if (test.type !== 'hook') return tell(test, 'failed', error)
      for (const each of concerned(test, all)) if (each === test.ctx?.currentTest || !told.has(each)) tell(each, 'failed', error)
    })
    runner.on('test end', (test) => {
      if (watchdog) {
        leave(order, null)
        watchdog.postMessage(null)
      }
      if (!known.has(test)) return
      known.get(test).drew = globalThis.__testwright_chance__?.drew()
      if (order.coverage) Object.assign(known.get(test), { measured: counters.end(test, globalThis) })
    })
  })
}

// Libraries for assertions that the suites have loaded by now.
async function hearOthers() {
  hearing.toJest(globalThis)
  const isNamed = order.suites.some((path) => readFileSync(resolve(root, path), 'utf8').includes('chai'))
  if (!isNamed && !globalThis.expect && !globalThis.chai) return
  try {
    const path = createRequire(join(root, 'package.json')).resolve('chai')
    hearing.toChai(isModule(path) ? await import(pathToFileURL(path)) : require(path))
  } catch {}
}

// mocha would blame the test that is running for what one before it has left, and minds no promise that is rejected.
function hearLate(runner, told) {
  const isLate = (test, event) => (event === 'unhandledRejection' ? test !== undefined : told.has(test))
  const tell = (test, error) => told.set(test, { state: 'failed', message: inWords(described(error)), ms: test.duration ?? 0 })
  afterwards.listen(isLate, tell, {
    uncaughtException(error) {
      if (runner.state !== 'stopped') runner.uncaught(error)
      else report.errors.push({ kind: 'unhandled', message: described(error) })
    },
    unhandledRejection() {},
  })
}

function aboutOf(test, known) {
  const titles = test.titlePath()
  const path = titles.join(' > ')
  let count = 1
  for (const other of known.values()) if (other.id === `${path} #${count}`) count += 1
  const about = { titles, file: relative(root, test.file ?? '') }
  return { id: `${path} #${count}`, ...about, template: templateOf(root, about) }
}

function entryOf(test, about, told) {
  const { id, measured, ...rest } = about
  return { ...rest, ...(told.get(test) ?? { state: 'failed', message: 'It was not run.', ms: 0 }), ...measured }
}

// The tests of the hook's suite, for which nothing was set up, or after which nothing could be put away.
const concerned = (hook, all) => all.filter((test) => within(test, hook.parent))

function within(test, suite) {
  for (let parent = test.parent; parent; parent = parent.parent) if (parent === suite) return true
  return false
}

const list = (value) => (value === undefined || value === false ? [] : [value].flat())

function described(error) {
  const message = String(error?.message ?? error)
  const stack = String(error?.stack ?? '')
  return (stack.includes(message) ? stack : `${message}\n${stack}`).slice(0, LONGEST)
}

main().catch((error) => left(1, { kind: 'start', message: described(error) }))
