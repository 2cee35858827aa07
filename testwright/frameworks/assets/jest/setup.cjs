// Runs before each suite: chance is the same in every run with one seed, and different between seeds; the clock stands
// where that is asked for.
const { begin } = require('../javascript/turn.cjs')

begin(globalThis)
