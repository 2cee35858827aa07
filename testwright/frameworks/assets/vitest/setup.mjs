// Runs before each suite: chance is the same in every run with one seed, and different between seeds; the clock stands
// where that is asked for.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { begin } = require('../javascript/turn.cjs')

require('../javascript/unending.cjs')

begin(globalThis)
