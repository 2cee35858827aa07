// jest's runner in a challenge: runs the suite in one fresh environment after the other, for as long as there is something
// to try in them.
const { goesOn } = require('../javascript/challenge.cjs')
const { fromJest } = require('./parts.cjs')

const { default: TestRunner } = fromJest('jest-runner')

module.exports = class ChallengeRunner extends TestRunner {
  async runTests(tests, ...rest) {
    while (goesOn(process.env.TESTWRIGHT_CHALLENGE)) await super.runTests(tests, ...rest)
  }
}
