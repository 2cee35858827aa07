// jest-circus in an ordinary run: tells of each case what it alone ran of the file under test, and which one is running.
const { join, relative } = require('node:path')
const { Worker } = require('node:worker_threads')
const { Counters } = require('../javascript/counters.cjs')
const { leave } = require('../javascript/running.cjs')
const { hearLate } = require('./late.cjs')
const { fromJest } = require('./parts.cjs')
const { inTurns } = require('./sharing.cjs')

const circus = fromJest('jest-circus/runner')
const run = circus.default ?? circus
const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const AT_AN_END = new Set(['test_done', 'test_skip', 'test_todo'])

// Tests run in the reporter's own process: there it finds what it adds to its report.
const told = []
globalThis.__testwright_cases__ = told

const watchdog = order.hangSeconds
  ? new Worker(join(__dirname, '../javascript/watchdog.cjs'), { workerData: { ...order, seconds: order.hangSeconds } })
  : undefined
watchdog?.unref()

module.exports = (globalConfig, config, environment, runtime, testPath, ...rest) => {
  const counters = new Counters(join(order.root, order.source), { canMap: true })
  const file = relative(order.root, testPath)
  const own = environment.handleTestEvent?.bind(environment)
  const chance = () => environment.global.__testwright_chance__
  environment.handleTestEvent = async (event, state) => {
    if (event.name === 'test_start' && watchdog) {
      leave(order, { titles: titlesOf(event.test), file })
      watchdog.postMessage({ titles: titlesOf(event.test), file })
    }
    if (event.name === 'test_start') chance()?.begin()
    if (event.name === 'test_start' && order.coverage) counters.begin(event.test, environment.global)
    await own?.(event, state)
    if (watchdog && !order.alone) await hearLate(event, state, environment.global)
    if (!AT_AN_END.has(event.name)) return
    watchdog?.postMessage(null)
    if (watchdog) leave(order, null)
    if (order.coverage) told.push({ file, titles: titlesOf(event.test), ...counters.end(event.test, environment.global) })
  }
  const once = (chosen) => run({ ...globalConfig, ...chosen }, config, environment, runtime, testPath, ...rest)
  return order.alone ? inTurns(globalThis.__testwright_queue__, once, { environment, runtime, testPath }) : once({})
}

function titlesOf(test) {
  const titles = [test.name]
  for (let group = test.parent; group?.parent; group = group.parent) titles.unshift(group.name)
  return titles
}
