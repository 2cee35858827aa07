// jest's runner where there are several turns: all tests in turns, and then each case alone. An environment takes as many of them
// as it can (`cases-tests.cjs`); with what it did not take the next one begins. Cases that pass alone and have drawn random
// numbers are run again with others.
const { isDoubtful, OTHER_SEEDS, patternOf } = require('../javascript/chance.cjs')
const { Scratch } = require('../javascript/scratch.cjs')
const { announce } = require('../javascript/turn.cjs')
const { builtins, hasOpenedMore, open } = require('../javascript/untouched.cjs')
const { fromJest } = require('./parts.cjs')

const { default: TestRunner } = fromJest('jest-runner')
const { alone, turns, turnSeconds } = JSON.parse(process.env.TESTWRIGHT_ORDER)
const until = Date.now() + (turnSeconds * turns.length + alone.seconds) * 1000

module.exports = class TurnsRunner extends TestRunner {
  async runTests(tests, ...rest) {
    const [scratch, putBack, atFirst] = [new Scratch(), builtins(), open()]
    const inTurns = async (all) => {
      const told = []
      // What a test left open is there for all of the process: the others are left out.
      while (told.length < all.length && Date.now() < until && !hasOpenedMore(atFirst)) {
        const queue = { all, next: told.length, until, told: [] }
        globalThis.__testwright_queue__ = queue
        announce(all[queue.next])
        await super.runTests(tests, ...rest)
        announce({})
        told.push(...(queue.told.length ? queue.told : [[]]))
        scratch.clean()
        putBack()
      }
      return told
    }
    const told = await inTurns([...turns, ...alone.cases.map(({ pattern }) => ({ pattern, chance: 0 }))])
    const doubtful = alone.cases.filter((_, index) => isDoubtful(told[turns.length + index] ?? []))
    if (doubtful.length) await inTurns(OTHER_SEEDS.map((chance) => ({ pattern: patternOf(doubtful), chance })))
  }
}
