// What the code compares while it runs. A copy of it, which serves this alone, tells both sides of each comparison (see
// `comparing.py`): where one came from an input, the other is worth being that input.
const MOST_TRACED = 150
// Telling takes time: a loop of comparisons, which comes to its end in the source, must in the copy as well.
const LONGEST_TRACED_NS = 50000000n
const MOST_OF_A_SIDE = 6
const MOST_MEMBERS = 20
const MOST_INSTEAD = 80
const MOST_LITERALS = 60
const LONGEST_COMPARED = 60
const A_DAY = 86400000

const OF_MACHINE = [process.cwd(), process.platform, process.arch, process.version, process.versions.node, ...Object.values(process.env)]

const formerSides = new Map()
const timesTraced = new Map()
let tracedUnit
let heardPairs

// The sides of one comparison have one number, the latter ones with a minus sign.
globalThis.__testwright_compared__ = (side, value) => {
  if (heardPairs && side > 0) formerSides.set(side, value)
  else if (heardPairs) hearPair(side, formerSides.get(-side), value)
  return value
}

function hearPair(side, former, latter) {
  const heard = heardPairs.get(side) ?? new Map()
  heardPairs.set(side, heard)
  if (heard.size >= MOST_OF_A_SIDE) return
  const [ones, others] = [constantsIn(former), constantsIn(latter)]
  for (const one of ones) for (const other of others) if (heard.size < MOST_MEMBERS) heard.set(JSON.stringify([one, other]), [one, other])
}

// Of what holds others its members, or keys.
function constantsIn(value) {
  try {
    return membersOf(value).filter(isConstant)
  } catch {
    return []
  }
}

function membersOf(value) {
  if (value === null || typeof value !== 'object') return [value]
  if (Array.isArray(value)) return Array.from({ length: Math.min(value.length, MOST_MEMBERS) }, (_, at) => value[at])
  if (value instanceof Set || value instanceof Map) return [...value.keys()].slice(0, MOST_MEMBERS)
  return Object.getPrototypeOf(value) === Object.prototype ? Object.keys(value).slice(0, MOST_MEMBERS) : []
}

// The time is none, nor what chance made, nor what is so on this machine alone.
function isConstant(value) {
  if (value === process.pid) return false
  if (typeof value === 'string') return value.length > 0 && value.length <= LONGEST_COMPARED && !OF_MACHINE.some((own) => value === own || (/^\/./.test(own) && value.includes(own)))
  return typeof value === 'number' && Math.abs(value) < 9e15 && Math.round(value * 1000) / 1000 === value && Math.abs(value - Date.now()) > A_DAY
}

async function loadTraced() {
  try {
    if (plan.traced) tracedUnit = { ...unit, ...(await loadFrom(plan.traced)) }
  } catch {
    // Then the search does without.
  }
}

// The same call with what its inputs were compared with in their place.
async function comparedIn(job) {
  const times = timesTraced.get(job.target) ?? 0
  if (!tracedUnit || isDrawn(job.target) || job.isMisfit || times >= MOST_TRACED) return []
  timesTraced.set(job.target, times + 1)
  const real = unit
  unit = tracedUnit
  heardPairs = new Map()
  let pairs
  try {
    await observe({ ...job })
  } finally {
    unit = real
    pairs = [...heardPairs.values()].flatMap((heard) => [...heard.values()])
    heardPairs = undefined
  }
  return pairs.flatMap(([one, other]) => [...withInstead(job, one, other), ...withInstead(job, other, one)]).slice(0, MOST_INSTEAD)
}

function withInstead(job, from, to) {
  const all = [job.args, job.steps.map(({ args }) => args ?? [])]
  const found = [to, ...besides(to)].flatMap((value) => [...swapped(all, from, value)])
  if (found.length) learn(to)
  return found.map(([args, lists]) => ({ ...job, args, steps: job.steps.map((step, at) => (step.args ? { ...step, args: lists[at] } : step)), isExample: false, rank: (job.rank ?? 400) + 8 }))
}

const besides = (value) => (typeof value === 'number' ? [value + 1, value - 1] : [`${value}a`]).map(invent)

// From now on it counts as a literal of the code, of which variations are made.
let literals = 0

function learn(value) {
  const known = typeof value === 'number' ? plan.numbers : plan.strings
  if (!known.includes(value) && literals++ < MOST_LITERALS) known.push(value)
}

// Each time in one place.
function* swapped(tree, from, to) {
  if (tree === from) yield to
  else if (typeof tree === 'string') yield* swappedInText(tree, String(from), to)
  else if (Array.isArray(tree)) for (const [at, item] of tree.entries()) for (const other of swapped(item, from, to)) yield tree.with(at, other)
  else if (tree?.$ === 'object') for (const v of swapped(tree.v, from, to)) yield* withKeys(tree, v)
  else if (['map', 'set'].includes(tree?.$)) for (const v of swapped(tree.v, from, to)) yield { ...tree, v }
}

// Keys of an object are texts, and none stands twice in it.
function* withKeys(tree, v) {
  const named = v.map(([key, value]) => [String(key), value])
  if (new Set(named.map(([key]) => key)).size === v.length) yield { ...tree, v: named }
}

// The code may have taken the text apart, or put it in small letters.
function* swappedInText(text, part, to) {
  const at = text.toLowerCase().indexOf(part.toLowerCase())
  if (at >= 0) yield `${text.slice(0, at)}${to}${text.slice(at + part.length)}`
}
