// Chance that is the same in every run with one seed, and what a test that passed is asked for once it has drawn any: whether
// it passes with other random numbers too.
const REAL = Symbol.for('testwright.real')

exports.OTHER_SEEDS = Array.from({ length: 8 }, (_, index) => 1001 + index)

exports.randomOf = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

exports.shuffled = (list, random) => {
  const copy = [...list]
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[copy[last], copy[other]] = [copy[other], copy[last]]
  }
  return copy
}

// Makes Math.random follow the seed.
exports.seedChance = (global, seed) => {
  const { random } = global.Math
  global.Math.random = Object.assign(exports.randomOf(seed), { [REAL]: random[REAL] ?? random })
}

// Makes Math.random follow the seed, anew from each `begin`, and counts what is drawn: `__testwright_chance__` tells.
exports.takeChance = (global, seed) => {
  const crypto = require('node:crypto')
  let random = exports.randomOf(seed)
  let drew = false
  const counted = (real) => {
    const draw = function (...args) {
      drew = true
      return real.apply(this, args)
    }
    return Object.assign(draw, { [REAL]: real })
  }
  const count = (owner, name) => {
    const real = owner?.[name]?.[REAL] ?? owner?.[name]
    if (typeof real === 'function') placeOf(owner, name)[name] = counted(real)
  }
  const { random: before } = global.Math
  global.Math.random = Object.assign(counted(() => random()), { [REAL]: before[REAL] ?? before })
  for (const name of ['getRandomValues', 'randomUUID']) count(global.crypto, name)
  for (const name of ['randomBytes', 'randomFillSync', 'randomInt', 'randomUUID']) count(crypto, name)
  require('node:module').syncBuiltinESMExports?.()
  const begin = () => {
    random = exports.randomOf(seed)
    drew = false
  }
  global.__testwright_chance__ = { begin, drew: () => drew }
}

// Where it stands, so that there is no other name afterwards than before.
function placeOf(owner, name) {
  for (let place = owner; place; place = Object.getPrototypeOf(place)) if (Object.hasOwn(place, name)) return place
  return owner
}

// Of the runs with other random numbers only a failure is told, and it is the test's own.
exports.folded = (tests) => {
  const kept = tests.filter((each) => !each.again)
  for (const { again, state, titles, message } of tests) {
    if (!again || state !== 'failed') continue
    const key = JSON.stringify(titles)
    const first = kept.find((each) => each.state === 'passed' && JSON.stringify(each.titles) === key)
    // As `domain/verdicts.py` knows it.
    if (first) Object.assign(first, { state, message: `right by chance: fails with another random seed: ${message}` })
  }
  return kept
}

// Of the cases in their turns, those to be run once more for each of the other seeds: together, as they pass alone and in company.
exports.patternOf = (cases) => cases.map(({ pattern }) => pattern).join('|')

exports.isDoubtful = (tests) => tests.length > 0 && tests.every((each) => each.state === 'passed') && tests.some((each) => each.drew)
