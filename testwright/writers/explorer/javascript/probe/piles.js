// What the search has found of one target, the simplest call to each thing, and what is told of it in the end.
const MOST_KEPT = 60
const MOST_TOLD = 60

const UNFIT = ['cut', 'symbol', 'promise', 'NaN', 'iterator', 'function']

const isNoNumber = (tree) => tree?.$ === 'number' && tree.v === 'NaN'

// Whether a test could say what was seen, or a person should hear of it. What cannot be written down may still be made use of.
function isWritable(job, { outcome, seen, spies }) {
  const { kind } = job.target
  if (holds(job.args, ['cut', 'symbol'])) return false
  if (outcome.kind !== 'value') return outcome.kind === 'throws' && outcome.own
  if (isTyped() && !isDrawn(job.target) && !isWellTyped(job)) return false
  if (kind !== 'function' && kind !== 'class') return true
  const { tree } = outcome
  if (kind === 'function' && !job.steps.length) return tree?.$ === 'function' || tree?.$ === 'iterator' || isNoNumber(tree) || !holds(tree, UNFIT)
  const isSilent = tree?.$ === 'undefined' || !job.steps.length
  if (!isSilent) return !holds(tree, UNFIT)
  return spies.some(([, calls]) => calls.length) || (seen ?? []).some((sight) => sight.tree?.$ !== 'undefined' && !holds(sight.tree, UNFIT))
}

function keep(pile, job, seen) {
  const { outcome } = seen
  if (job.isMisfit && !(outcome.kind === 'throws' && outcome.own)) return false
  if (outcome.tree === true && typeof job.args[0] === 'string' && proven.length < 30 && !proven.includes(job.args[0])) proven.push(job.args[0])
  const isNoise = outcome.kind === 'late' || (outcome.kind === 'throws' && !outcome.own)
  const way = seen.branches.join(' ')
  const known = pile.ways.get(way)
  const answer = isWritable(job, seen) ? signature(seen) : `unwritable ${way}`
  const found = { job, seen, cost: cost(job) }
  if (!known) {
    if (isNoise && pile.noise++ > 40) return false
    pile.ways.set(way, found)
    pile.corpus.push(found)
    pile.stale = 0
  } else pile.stale++
  if (isNoise) {
    const crash = outcome.kind === 'throws' && outcome.inside && ['TypeError', 'ReferenceError'].includes(outcome.name)
    // One error may come of an input that is allowed and of one that is not, so several calls are told of each.
    const alike = crash ? (pile.crashes.get(outcome.message) ?? []) : []
    if (crash) pile.crashes.set(outcome.message, [...alike, found].sort((a, b) => a.cost - b.cost).slice(0, 8))
    return false
  }
  if (!known || known.cost > found.cost) pile.ways.set(way, found)
  const twin = pile.answers.get(answer)
  if (!twin && pile.answers.size < MOST_KEPT) {
    pile.answers.set(answer, found)
    if (pile.corpus.length < 80) pile.corpus.push(found)
  } else if (twin && twin.cost > found.cost && twin.seen.branches.join(' ') === way) pile.answers.set(answer, found)
  return !twin
}

const MOST_GIVERS = 16

// All functions look alike from outside, yet what another call gave may well do something else.
function isGiver(pile, job, seen) {
  const isHost = job.target.kind === 'hook' && isForElement(seen.states?.at(-1))
  if ((!isHost && !(seen.ways?.length && job.target.kind === 'function')) || pile.givers >= MOST_GIVERS) return false
  if (!pile.corpus.some((found) => found.job === job)) pile.corpus.push({ job, seen, cost: cost(job) })
  pile.givers++
  return true
}

// What a person would do next with what just showed something new.
function followers(job, { states, ways }) {
  if (job.target.kind === 'function' && ways?.length) return usesOf(job, ways)
  if (job.target.kind !== 'component' && job.target.kind !== 'hook') return []
  if (job.target.kind === 'hook' && !job.steps.length && isForElement(states?.at(-1)))
    return gesturesOn(states.at(-1)).flatMap((steps) => [steps, ...redrawnWithin(job, steps)]).map((steps) => ({ ...job, steps, isExample: false }))
  const again = job.steps.some(isRedrawing) || isOnHost(job) ? [] : redrawings(job)
  const deeds = job.target.kind === 'component' ? deedsOf(states?.at(-1)) : hookDeeds(states?.at(-1), job.target)
  return [...inTurns([deeds.slice(0, 10), again]), ...deedsOutside().slice(0, 16)].map((deed) => ({ ...job, steps: [...job.steps, deed], isExample: false }))
}

// Each way in turn, its most telling calls first; the same call again, since things may remember.
function usesOf(job, ways) {
  const lists = ways.map((way) => stepsOf(way))
  const next = []
  for (let round = 0; round < 8; round++) for (const list of lists) if (round < list.length && next.length < 40) next.push({ ...job, steps: [...job.steps, list[round]], isExample: false })
  const last = job.steps.at(-1)
  if (last) next.unshift({ ...job, steps: [...job.steps, last], isExample: false })
  else next.unshift(...lists.flatMap((list) => list.slice(0, 2)).flatMap((step) => waitingFor(job, step)))
  return next.map((each) => ({ ...each, rank: (job.rank ?? 0) + 4 }))
}

// Of thousands: those that reach something no simpler one does, and the simplest of all.
function telling(sorted) {
  const reached = new Set()
  return sorted.filter(({ seen }, index) => {
    const before = reached.size
    seen.branches.forEach((branch) => reached.add(branch))
    return reached.size > before || index < 150
  })
}

// The fewest, simplest calls that reach all that was reached; then calls with other answers.
function chosen(pile) {
  const all = [...new Set([...pile.ways.values(), ...pile.answers.values()])].filter(({ job, seen }) => isWritable(job, seen))
  all.sort((a, b) => a.cost - b.cost)
  const covered = new Set()
  const first = []
  const rest = new Set(telling(all))
  // What a test looks at comes first; only then what it goes through on the way.
  for (const reachedBy of [ownOf, (seen) => seen.branches])
    for (;;) {
      let best = null
      let gain = 0
      for (const found of rest) {
        const fresh = reachedBy(found.seen).filter((branch) => !covered.has(branch))
        const worth = fresh.length / (20 + Math.max(0, found.cost))
        if (worth > gain) [best, gain] = [{ found, fresh }, worth]
      }
      if (!best) break
      rest.delete(best.found)
      first.push({ ...best.found, fresh: best.fresh })
      best.fresh.forEach((branch) => covered.add(branch))
    }
  return [...first, ...fewOfEachWay(first, rest)].slice(0, MOST_TOLD + 3 * pile.methods)
}

const MOST_OF_ONE_WAY = 6

function fewOfEachWay(first, rest) {
  const counts = new Map()
  const isWelcome = ({ seen }) => {
    const way = seen.branches.join(' ')
    counts.set(way, (counts.get(way) ?? 0) + 1)
    return counts.get(way) <= MOST_OF_ONE_WAY
  }
  first.forEach(isWelcome)
  return [...rest].filter(isWelcome)
}
