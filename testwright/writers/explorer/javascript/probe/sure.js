// Whether a test could promise what was seen: it is made sure of on another day, with other chances, in code loaded anew.
async function holdsAfresh(job, seen) {
  const before = await strayErrors()
  isMakingSure = true
  const holds = await holdsInAFreshModule(job, seen)
  isMakingSure = false
  if (!holds) ledgerOf(job.target).unsteady++
  if ((await strayErrors()) === before) return holds
  passOver(job, 'causes an error afterwards that nobody catches')
  return false
}

// As in a test of its own; components and hooks keep their module, since React must stay one.
async function holdsInAFreshModule(job, seen) {
  if (isOnHost(job)) return settleOnAgreement(job, seen)
  await loadForTelling()
  if (!(await isStable(job, seen)) || !(await winsNoRace(job, seen))) return false
  if (plan.remembers) await loadForTelling()
  return signature(await observe(job)) === signature(seen)
}

const MOST_ON_ONE_LOAD = 8
let toldOnThis = MOST_ON_ONE_LOAD

// A module that is not seen to remember anything is loaded anew only now and then, since that is what costs most.
async function loadForTelling() {
  if (!canForget || (!plan.remembers && toldOnThis++ < MOST_ON_ONE_LOAD)) return
  toldOnThis = 1
  unit = await load(true)
}

const OTHER_SEEDS = Array.from({ length: 12 }, (_, index) => 501 + index)

// The same again on another day, with other chances: what differs cannot be promised in a test. Of many calls one comes out
// alike twice by luck, so one that has drawn is made again and again.
async function isStable(job, seen) {
  const RealDate = globalThis.Date
  const realRandom = Math.random
  const shift = 37 * 86400000 + 3723000
  if (!plan.timers) {
    globalThis.Date = class extends RealDate {
      constructor(...args) {
        if (args.length) super(...args)
        else super(RealDate.now() + shift)
      }
      static now() {
        return RealDate.now() + shift
      }
    }
    Object.defineProperty(globalThis.Date, 'name', { value: 'Date' })
  }
  let draws = 0
  const holds = async (random) => {
    Math.random = () => {
      draws += 1
      return random()
    }
    return signature(await observe(job)) === signature(seen)
  }
  try {
    if (!(await holds(() => 0.123456789))) return false
    for (const seed of draws ? OTHER_SEEDS : []) if (!(await holds(randomBy(seed)))) return false
    return true
  } finally {
    globalThis.Date = RealDate
    Math.random = realRandom
  }
}
