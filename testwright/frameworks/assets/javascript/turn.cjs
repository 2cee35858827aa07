// What one of several runs in a process asks of chance and of the clock. It is announced in variables of the process, where
// whoever sets up the suite finds it, in this process or in another one.
const { seedChance, takeChance } = require('./chance.cjs')
const { goElsewhere } = require('./elsewhere.cjs')

const NAMES = { seed: 'TESTWRIGHT_SEED', chance: 'TESTWRIGHT_CHANCE', clock: 'TESTWRIGHT_CLOCK', zone: 'TZ' }
const AT_HOME = process.env.TZ

exports.announce = (turn, env = process.env) => {
  for (const [key, name] of Object.entries(NAMES)) {
    const value = turn[key] ?? (key === 'zone' ? AT_HOME : undefined)
    if (value === undefined) delete env[name]
    else env[name] = String(value)
  }
}

exports.begin = (global, env = process.env) => {
  const [seed, chance, clock] = ['seed', 'chance', 'clock'].map((key) => env[NAMES[key]])
  delete global.__testwright_chance__
  if (seed) seedChance(global, Number(seed))
  if (chance) takeChance(global, Number(chance))
  if (clock) global.__testwright_clock__ = goElsewhere(global, clock)
}

exports.end = (global) => {
  global.__testwright_clock__?.()
  delete global.__testwright_clock__
}
