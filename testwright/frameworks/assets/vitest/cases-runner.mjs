// vitest's runner in an ordinary run: tells of each case what it alone ran of the file under test, and which one is
// running.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { Base, coverage, getFn, marker, root, runAnew, shared, source, startTests, suites, turns, vitest } from './base.mjs'
import { UntouchedWorker } from './untouched.mjs'

const require = createRequire(shared)
const { Afterwards, inWords } = require('./afterwards.cjs')
const { Counters } = require('./counters.cjs')
const { Hearing } = require('./hearing.cjs')
const { announce, end } = require('./turn.cjs')
const counters = new Counters(join(root, source))
// Set where there are several turns: what is to be run one after the other, from `first` on.
const order = turns && JSON.parse(readFileSync(turns, 'utf8'))
const untouched = order?.mayShare && startTests ? new UntouchedWorker(root) : null
const afterwards = order || !marker ? null : new Afterwards() // a probe minds the time itself
const hearing = afterwards && new Hearing(suites, afterwards)
const over = new Set()
let started = 0
let turn = 0
hearing?.toNode()
if (order) take(order.first)

export default class CasesRunner extends Base {
  isNested = false
  #stop

  constructor(config) {
    if (order) config.sequence = { ...config.sequence, ...inOrderOf(order.turns[turn]) }
    super(config)
  }

  async onCollected(files) {
    await super.onCollected?.(files)
    const { pattern } = order?.turns[turn] ?? {}
    if (pattern) for (const file of files) leaveOut(file, [], new RegExp(pattern))
  }

  // vitest would end here, without what comes late.
  async onAfterRunFiles(files) {
    await afterwards?.untilStill()
    this.#stop?.()
    if (untouched && !this.isNested && !globalThis.window) await goOn(this, files)
    await super.onAfterRunFiles?.(files)
  }

  onBeforeRunFiles(files) {
    const tell = (test, error) => goesWrong(this, test, error)
    if (hearing && vitest.chai) hearing.toChai(vitest.chai)
    this.#stop = afterwards?.listen((test) => over.has(test), tell)
    return super.onBeforeRunFiles?.(files)
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test)
    if (test.mode === 'skip' || test.mode === 'todo') return
    if (marker) writeFileSync(marker, JSON.stringify({ started: (started += 1), pid: process.pid, ...named(test) }))
    globalThis.__testwright_chance__?.begin()
    if (coverage) counters.begin(test, globalThis)
  }

  // Owned by the test, whatever it sets going.
  async runTask(test) {
    await (afterwards ? afterwards.within(test, getFn(test)) : getFn(test)())
  }

  async onAfterRunTask(test) {
    over.add(test)
    const unheard = test.result?.state === 'pass' && !test.fails ? hearing?.complaint(test) : ''
    if (unheard) Object.assign(test.result, { state: 'fail', errors: [{ name: 'Error', message: unheard, stack: unheard }] })
    if (coverage) test.meta.testwright = counters.end(test, globalThis)
    if (globalThis.__testwright_chance__?.drew()) test.meta.testwright = { ...test.meta.testwright, drew: true }
    if (marker) writeFileSync(marker, '')
    await super.onAfterRunTask?.(test)
  }
}

// vitest has been told that it passed, and what it is in; or it is about to be, of the very objects that results are.
function goesWrong(runner, test, error) {
  const { name, message, stack } = error ?? {}
  test.result.errors = [...(test.result.errors ?? []), { name, message: inWords(message ?? error), stack }]
  const concerned = [test, test.file]
  for (let group = test.suite; group; group = group.suite) concerned.push(group)
  for (const task of concerned) if (task.result) task.result.state = 'fail'
  runner.onTaskUpdate?.(concerned.map((task) => [task.id, task.result, task.meta]), [])
}

function take(index) {
  turn = index
  announce(order.turns[turn])
}

// As the option `sequence` has it.
const inOrderOf = ({ seed }) => ({ shuffle: seed !== undefined, seed: seed ?? 0 })

function isUntouched() {
  end(globalThis)
  announce({})
  return untouched.holds
}

// The next ones are run in this worker for as long as nothing in it was touched. What passes is told here, for vitest would hear of
// the last run alone; with the first that does not pass, it begins another worker.
async function goOn(runner, files) {
  const paths = files.map((file) => file.filepath)
  let last = files
  while (passed(last) && isUntouched() && turn + 1 < order.turns.length && Date.now() < order.until) {
    if (last === files) tell(last)
    take(turn + 1)
    last = await runAnew(runner, paths)
    if (passed(last)) tell(last)
  }
}

const tell = (files) => appendFileSync(order.told, `${JSON.stringify(casesIn(files).map(result))}\n`)

const passed = (files) => tasksIn(files).every((task) => !task.result?.errors?.length && task.result?.state !== 'fail')

// Of a turn of all tests those that skip themselves are told of, too.
const casesIn = (files) =>
  tasksIn(files).filter((task) => task.type !== 'suite' && (task.result?.state === 'pass' || !order.turns[turn].pattern))

const tasksIn = (tasks) => tasks.flatMap((task) => [task, ...tasksIn(task.tasks ?? [])])

function result(test) {
  const { titles, file } = named(test)
  const state = test.result?.state === 'pass' ? 'passed' : 'skipped'
  return { titles, file: relative(root, file), state, ms: test.result?.duration ?? 0, ...test.meta?.testwright }
}

function leaveOut(group, titles, pattern) {
  for (const task of group.tasks) {
    const path = [...titles, task.name]
    if (task.type === 'suite') leaveOut(task, path, pattern)
    else if (!pattern.test(path.join(' '))) task.mode = 'skip'
  }
}

function named(test) {
  const titles = [test.name]
  for (let group = test.suite; group?.name && group !== test.file; group = group.suite) titles.unshift(group.name)
  return { titles, file: test.file.filepath }
}
