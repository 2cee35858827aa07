// Runs before each suite: chance is the same in every run with one seed, and different between seeds.
const seed = Number(process.env.TESTWRIGHT_SEED || NaN)
if (!Number.isNaN(seed)) {
  let state = seed >>> 0
  Math.random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
