// Several turns in one environment of jest: all code is loaded anew for each, jest-circus too, for as long as nothing in the
// environment was touched. Only a pass is taken from one that has been used; what fails there gets an environment of its own.
const { readFileSync } = require('node:fs')
const { Untouched } = require('../javascript/untouched.cjs')
const { announce, begin, end } = require('../javascript/turn.cjs')

// Where jest-circus keeps what it knows, beside its modules.
const KEPT_BY_CIRCUS = /^(?:EVENT_HANDLERS|JEST_STATE_SYMBOL)$/
const COUNTS = ['numFailingTests', 'numPassingTests', 'numPendingTests', 'numTodoTests']
const MOCKS_MODULES = /\.(?:doMock|mock|setMock|unstable_mockModule|deepUnmock|dontMock|unmock|enableAutomock)\(/

// `once(config)` runs the suite. What was taken goes to jest as one result; each test of it says which turn it is of.
exports.inTurns = async (queue, once, { environment, runtime, testPath }) => {
  const { global } = environment
  const watch = watching(environment)
  const ofJest = runtime._internalModuleRegistry ?? runtime.registries?.getInternalCjsRegistry?.()
  const mayShare = ofJest instanceof Map && !global.window && !MOCKS_MODULES.test(readFileSync(testPath, 'utf8'))
  let result
  for (let index = queue.next; index < queue.all.length; index += 1) {
    const turn = queue.all[index]
    if (result) {
      anew(runtime, ofJest, global)
      announce(turn)
      announce(turn, global.process.env)
      begin(global)
    }
    watch.begin(turn)
    const found = await once(turn.seed === undefined ? {} : { randomize: true, seed: turn.seed })
    const passed = !found.testExecError && !found.failureMessage && !found.numFailingTests
    if (result && !passed) break
    queue.told.push(watch.seen)
    for (const test of found.testResults) Object.assign(test, { turn: turn.pattern ? undefined : index, again: Boolean(turn.chance) })
    result = result ? joined(result, found) : found
    const goesOn = passed && mayShare && Date.now() < queue.until && watch.world.holds
    end(global)
    announce({}, global.process.env)
    if (!goesOn) break
  }
  return result
}

function watching(environment) {
  const own = environment.handleTestEvent
  const watch = {
    begin: (turn) => Object.assign(watch, { turn, seen: [], world: null }),
  }
  environment.handleTestEvent = async (event, state) => {
    // jest-circus is there by then, and nothing of the project.
    if (event.name === 'setup') watch.world = new Untouched(environment.global)
    if (event.name === 'run_start' && watch.turn.pattern) state.testNamePattern = new RegExp(watch.turn.pattern)
    await own(event, state)
    if (event.name !== 'test_done') return
    const drew = environment.global.__testwright_chance__?.drew()
    watch.seen.push({ state: event.test.errors.length ? 'failed' : 'passed', drew })
  }
  return watch
}

function anew(runtime, ofJest, global) {
  runtime.resetModules()
  runtime.restoreAllMocks()
  runtime.enterTestCode?.() // jest 30 loads nothing between tests
  for (const path of ofJest.keys()) if (/[\\/]jest-circus[\\/]/.test(path)) ofJest.delete(path)
  for (const symbol of Object.getOwnPropertySymbols(global)) if (KEPT_BY_CIRCUS.test(symbol.description)) delete global[symbol]
}

function joined(one, other) {
  const sums = COUNTS.map((name) => [name, one[name] + other[name]])
  return { ...one, ...Object.fromEntries(sums), testResults: [...one.testResults, ...other.testResults] }
}
