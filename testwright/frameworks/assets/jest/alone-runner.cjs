// jest's runner where each case is run alone: the suite in one fresh environment after the other, of which each is told in
// `cases-tests.cjs` to run one case.
const { fromJest } = require('./parts.cjs')

const { default: TestRunner } = fromJest('jest-runner')
const { alone } = JSON.parse(process.env.TESTWRIGHT_ORDER)
const until = Date.now() + alone.seconds * 1000

module.exports = class AloneRunner extends TestRunner {
  async runTests(tests, ...rest) {
    for (const { pattern } of alone.cases) {
      if (Date.now() > until) return
      globalThis.__testwright_pattern__ = pattern
      await super.runTests(tests, ...rest)
    }
  }
}
