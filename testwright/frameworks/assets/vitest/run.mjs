// Runs the suites that TESTWRIGHT_ORDER names with the vitest whose entry point is the first argument, and leaves one
// report. Started through vitest's own API rather than its command line, so that every version since 1 takes the same
// order, and so that a project's configuration is extended rather than replaced.
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { instrumenting, OPTIONS } from './measure.mjs'
import { readOldConfig } from './old-config.mjs'
import { Reporter } from './reporter.mjs'
import { markedIn, watch } from './watchdog.mjs'

const require = createRequire(import.meta.url)
const { isDoubtful, OTHER_SEEDS, patternOf } = require('../javascript/chance.cjs')
const { Scratch } = require('../javascript/scratch.cjs')
const here = dirname(fileURLToPath(import.meta.url))
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const entry = realpathSync(process.argv[2])
const root = order.root
const scratch = join(process.env.TMPDIR ?? '/tmp', 'testwright-vitest')
const marker = join(scratch, 'running.json')
const [turns, toldBy] = ['turns.json', 'told.jsonl'].map((name) => join(scratch, name))
const reporter = new Reporter(order)
const challenge = process.env.TESTWRIGHT_CHALLENGE

process.chdir(root)
require('../javascript/unending.cjs')
mkdirSync(scratch, { recursive: true })
rmSync(marker, { force: true })
delete process.env.TESTWRIGHT_ORDER
process.env.NODE_ENV ??= 'test'

const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.${ending}`),
)

async function main() {
  const vitest = await import(pathToFileURL(join(dirname(entry), 'dist', 'node.js')).href)
  const vitePackage = createRequire(entry).resolve('vite/package.json')
  // By its path: `require`'s idea of vite is a shell for CommonJS up to version 6.
  const vite = await import(pathToFileURL(join(dirname(vitePackage), 'dist', 'node', 'index.js')).href)
  reporter.version = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')).version
  const project = await projectConfig(vite, vitePackage)
  const config = vite.mergeConfig(project ?? {}, ours(vite, project))
  config.test = testOptions(config.test ?? {}, project !== null)
  delete config.build
  const options = { config: false, watch: false, root, run: true }
  if (challenge) return await inTurns(vitest, options, config)
  if (order.hangSeconds) watch(marker, order.hangSeconds, endFor)
  if (order.alone) return await severalTurns(vitest, options, config)
  const runner = await vitest.startVitest('test', [], options, config)
  await runner?.close()
}

// The process that is busy for ever, where it is not this one, has to be ended too.
function endFor(test) {
  reporter.running = test
  reporter.hangs = true
  writeFileSync(order.report, JSON.stringify(reporter.report()))
  if (test.pid !== process.pid) process.kill(test.pid, 'SIGKILL')
  process.exit(1)
}

// Each run of the suite has an environment of its own; what is tried in it, its own runner decides.
async function inTurns(vitest, options, config) {
  const { goesOn } = require('../javascript/challenge.cjs')
  await again(vitest, options, config, async (run) => {
    while (goesOn(challenge)) await run()
  })
}

// All tests in turns, and then each case alone.
async function severalTurns(vitest, options, config) {
  const mayShare = !order.suites.some((path) => /\.(?:doM|m)ock\(/.test(readFileSync(resolve(root, path), 'utf8')))
  const until = Date.now() + (order.turnSeconds * order.turns.length + order.alone.seconds) * 1000
  const left = new Scratch()
  let isIll = false
  const keep = (turn, report, status) => {
    if (status) isIll = true
    if (turn.pattern) reporter.keep(report)
    else reporter.keepTurn({ status, report })
  }
  await again(vitest, options, config, async (run) => {
    // A worker takes as many as it can, and tells of them itself; with what it does not tell of the next one begins.
    const inTurns = async (all) => {
      const told = []
      while (told.length < all.length && Date.now() < until) {
        const first = all[told.length]
        writeFileSync(turns, JSON.stringify({ turns: all, first: told.length, told: toldBy, until, mayShare }))
        writeFileSync(toldBy, '')
        Object.assign(reporter, { again: Boolean(first.chance), isAlone: Boolean(first.pattern) })
        process.exitCode = 0
        await run()
        const heard = reporter.heard()
        const passed = linesOf(toldBy)
        // What the last one in a worker failed by is its own, and it is run again.
        const status = passed.length ? heard.errors.length && 1 : process.exitCode
        for (const tests of passed.length ? passed : [heard.tests]) {
          keep(all[told.length], { ...heard, tests }, status)
          told.push(tests)
        }
        left.clean()
      }
      return told
    }
    const told = await inTurns([...order.turns, ...order.alone.cases.map(({ pattern }) => ({ pattern, chance: 0 }))])
    const doubtful = order.alone.cases.filter((_, index) => isDoubtful(told[order.turns.length + index] ?? []))
    await inTurns(doubtful.length ? OTHER_SEEDS.map((chance) => ({ pattern: patternOf(doubtful), chance })) : [])
  })
  process.exitCode = isIll ? 1 : 0
}

function linesOf(path) {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
}

// The first run is that with which vitest begins.
async function again(vitest, options, config, inTurns) {
  Object.assign(process.env, { VITEST: 'true', TEST: 'true' })
  const files = order.suites.map((path) => resolve(root, path))
  const runner = await vitest.createVitest('test', options, config)
  let hasBegun = false
  await inTurns(async () => {
    if (hasBegun) return await runner.rerunFiles(files)
    hasBegun = true
    await runner.start()
  })
  await runner.close()
}

async function projectConfig(vite, vitePackage) {
  const path = CONFIGS.map((name) => join(root, name)).find((candidate) => existsSync(candidate))
  if (path === undefined) return null
  try {
    return await readConfig(path, vite, vitePackage)
  } catch (error) {
    throw new Error(`${basename(path)} cannot be used: ${error?.message ?? error}`, { cause: error })
  }
}

async function readConfig(path, vite, vitePackage) {
  const [major, minor] = vite.version.split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 1)) return (await readOldConfig(path, root, vitePackage, scratch)) ?? {}
  const found = await vite.loadConfigFromFile({ command: 'serve', mode: 'test' }, path, root, 'silent', undefined, 'runner')
  return found?.config ?? {}
}

function ours(vite, project) {
  const added = {
    root,
    cacheDir: join(scratch, 'cache'),
    logLevel: 'silent',
    clearScreen: false,
    server: { watch: null, hmr: false, host: '127.0.0.1', fs: { strict: false } }, // a sandbox need not know what localhost is
    optimizeDeps: { noDiscovery: true, include: [] },
    plugins: order.coverage ? [instrumenting(resolve(root, order.source), entry)] : [],
  }
  if (project === null) {
    added.resolve = { dedupe: ['react', 'react-dom'] }
    if (vite.rolldownVersion) added.oxc = { jsx: { runtime: 'automatic' } }
    else added.esbuild = { jsx: 'automatic' }
  }
  return added
}

function testOptions(asked, hasConfig) {
  const needsDom = /\.[cm]?[jt]sx$/.test(order.source) || order.suites.some((path) => /\.[cm]?[jt]sx$/.test(path))
  const options = {
    ...asked,
    root,
    include: order.suites,
    exclude: ['**/node_modules/**'],
    environment: asked.environment ?? (needsDom ? 'jsdom' : 'node'),
    setupFiles: [join(here, 'setup.mjs'), ...[asked.setupFiles ?? []].flat()],
    reporters: [reporter],
    coverage: order.coverage ? OPTIONS : { enabled: false },
    env: { ...asked.env, ...(order.alone ? {} : announced()) },
    sequence: { ...asked.sequence, shuffle: order.seed === null ? false : { tests: true, files: false }, seed: order.seed ?? 0 },
    testNamePattern: (order.alone ? null : order.pattern) ?? undefined,
    watch: false,
    api: false,
    ui: false,
    open: false,
    cache: false,
    typecheck: { enabled: false },
    browser: { enabled: false },
    passWithNoTests: false,
    allowOnly: true,
    dangerouslyIgnoreUnhandledErrors: false,
    fileParallelism: false,
    update: false,
    bail: 0,
    retry: 0,
    silent: false,
    onConsoleLog: () => false,
    attachmentsDir: join(scratch, 'attachments'),
  }
  if (challenge) Object.assign(options, challengeOptions())
  else if (asked.runner === undefined || order.alone) options.runner = ourRunner('cases-runner.mjs')
  if (order.alone) Object.assign(options, ENVIRONMENT_OF_ITS_OWN)
  // Not as undefined: vitest 1 would take that for no time at all.
  if (order.timeout !== undefined) options.testTimeout = order.timeout
  const others = ['workspace', 'projects', 'outputFile', 'benchmark', 'related', 'changed', 'shard', 'project']
  for (const name of challenge || order.alone ? [...others, 'poolOptions'] : others) delete options[name]
  return options
}

// As turn.cjs has it, where there is one turn alone.
function announced() {
  return { TESTWRIGHT_SEED: order.seed === null ? '' : String(order.seed), TESTWRIGHT_CLOCK: order.clock ? String(order.clock) : '' }
}

// A process for each environment: one that a mutant keeps busy for ever can be ended, a thread cannot.
const ENVIRONMENT_OF_ITS_OWN = { pool: 'forks', isolate: true }

function challengeOptions() {
  return { runner: ourRunner('challenge-runner.mjs'), ...ENVIRONMENT_OF_ITS_OWN }
}

// It runs in another process, where nothing but the environment tells it what it needs.
function ourRunner(name) {
  const dist = join(dirname(entry), 'dist')
  const [index, runners, suite] = ['index', 'runners', 'suite'].map((part) => pathToFileURL(join(dist, `${part}.js`)).href)
  const shared = join(here, '../javascript/challenge.cjs')
  process.env.TESTWRIGHT_VITEST = JSON.stringify({
    ...{ root, source: order.source, suites: order.suites, coverage: order.coverage, marker: order.hangSeconds ? marker : null, turns: order.alone ? turns : null },
    ...{ shared, index, runners, suite, running: running() },
  })
  return join(here, name)
}

function running() {
  try {
    return pathToFileURL(createRequire(entry).resolve('@vitest/runner')).href
  } catch {
    return '@vitest/runner'
  }
}

main().catch((error) => {
  reporter.failed(error)
  process.exitCode = 1
}).finally(() => {
  if (order.hangSeconds && markedIn(marker)) reporter.running = JSON.parse(markedIn(marker))
  if (challenge) console.error(JSON.stringify(reporter.report().errors))
  else writeFileSync(order.report, JSON.stringify(reporter.report()))
  // Whatever the suite left open must not keep us waiting.
  setTimeout(() => process.exit(), 1000).unref()
})
