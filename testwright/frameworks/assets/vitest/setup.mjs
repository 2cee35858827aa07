// Runs before each suite: chance is the same in every run with one seed, and different between seeds; the clock stands
// where that is asked for.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { randomOf, takeChance } = require('../javascript/chance.cjs')
const { stopClock } = require('../javascript/clock.cjs')

require('../javascript/unending.cjs')

if (process.env.TESTWRIGHT_SEED) Math.random = randomOf(Number(process.env.TESTWRIGHT_SEED))
if (process.env.TESTWRIGHT_CHANCE) takeChance(globalThis, Number(process.env.TESTWRIGHT_CHANCE))
if (process.env.TESTWRIGHT_CLOCK) stopClock(globalThis, Number(process.env.TESTWRIGHT_CLOCK))
