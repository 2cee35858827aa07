// jest-circus in a measured run: tells of each case what it alone ran of the file under test.
const { join, relative } = require('node:path')
const { Counters } = require('../javascript/counters.cjs')
const { fromJest } = require('./parts.cjs')

const circus = fromJest('jest-circus/runner')
const run = circus.default ?? circus

// Tests run in the reporter's own process: there it finds what it adds to its report.
const told = []
globalThis.__testwright_cases__ = told

module.exports = (globalConfig, config, environment, runtime, testPath, ...rest) => {
  const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
  const counters = new Counters(join(order.root, order.source))
  const own = environment.handleTestEvent?.bind(environment)
  environment.handleTestEvent = async (event, state) => {
    if (event.name === 'test_start') counters.begin(event.test, environment.global)
    await own?.(event, state)
    if (event.name !== 'test_done' && event.name !== 'test_skip' && event.name !== 'test_todo') return
    told.push({ file: relative(order.root, testPath), titles: titlesOf(event.test), ...counters.end(event.test, environment.global) })
  }
  return run(globalConfig, config, environment, runtime, testPath, ...rest)
}

function titlesOf(test) {
  const titles = [test.name]
  for (let group = test.parent; group?.parent; group = group.parent) titles.unshift(group.name)
  return titles
}
