// jest's runner where each case is run alone: the suite in one fresh environment after the other, of which each is told in
// `cases-tests.cjs` to run one case. Those that pass and have drawn random numbers are run again with others.
const { isDoubtful, OTHER_SEEDS, patternOf } = require('../javascript/chance.cjs')
const { fromJest } = require('./parts.cjs')

const { default: TestRunner } = fromJest('jest-runner')
const { alone } = JSON.parse(process.env.TESTWRIGHT_ORDER)
const until = Date.now() + alone.seconds * 1000

module.exports = class AloneRunner extends TestRunner {
  async runTests(tests, ...rest) {
    const turn = async (pattern, seed) => {
      Object.assign(globalThis, { __testwright_pattern__: pattern, __testwright_again__: seed !== 0, __testwright_turn__: [] })
      process.env.TESTWRIGHT_CHANCE = String(seed)
      await super.runTests(tests, ...rest)
      return globalThis.__testwright_turn__
    }
    const doubtful = []
    for (const each of alone.cases) {
      if (Date.now() > until) return
      if (isDoubtful(await turn(each.pattern, 0))) doubtful.push(each)
    }
    for (const seed of doubtful.length ? OTHER_SEEDS : []) {
      if (Date.now() > until) return
      await turn(patternOf(doubtful), seed)
    }
  }
}
