// What a challenge has found so far, line by line in a file, because a mutant may end the process that tries it. All
// decisions are taken from these lines alone, so whoever comes next can go on.
const { openSync, readFileSync, writeSync } = require('node:fs')
const { join } = require('node:path')

const MOST_TURNS = 400
const MOST_LOOPS = 60
const MOST_IN_A_BATCH = 20

const journals = new Map()

exports.write = (folder, entry) => {
  if (!journals.has(folder)) journals.set(folder, openSync(join(folder, 'journal.jsonl'), 'a'))
  writeSync(journals.get(folder), `${JSON.stringify({ ...entry, at: Date.now() })}\n`)
}

exports.orderIn = (folder) => JSON.parse(readFileSync(join(folder, 'order.json'), 'utf8'))

exports.entriesIn = (folder) => {
  let text = ''
  try {
    text = readFileSync(join(folder, 'journal.jsonl'), 'utf8')
  } catch {}
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line)] : []
    } catch {
      return []
    }
  })
}

// A turn of these kinds:
// - a loop, in a fresh environment, tries one mutant after the other on each case, for as long as the cases still pass in between
// - a batch has one mutant after the other at work from before the code is loaded, which is loaded anew for each in the environment
//   that there is; its answers count once all cases pass when the code is loaded with no mutant at work at its end
// - a single does the same in a fresh environment, with one mutant, or with all of those that nothing noticed in a batch: what is
//   not noticed there either, all being at work together, survived
exports.stateOf = (entries) => {
  const state = { broken: null, turns: 0, loops: 0, atLoad: new Set(), loadCalls: 0, cases: new Map(), pairs: new Map(), hung: new Set(), noticedBy: new Map(), noticing: new Set() }
  Object.assign(state, { singles: new Map(), together: null, batch: null, batched: new Set(), limits: new Map(), reloads: true, isCut: false })
  let open = null
  for (const entry of entries) {
    if (entry.turn) {
      if (open) giveUp(state, open, false)
      open = null
      state.turns += 1
      state.batch = entry.turn === 'batch' ? [] : null
      state.together = null
      if (entry.turn === 'loop') Object.assign(state, { loops: state.loops + 1, isCut: false })
      if (entry.turn === 'single') beginSingle(state, entry.numbers)
    } else if (entry.loaded) {
      for (const number of entry.loaded) state.atLoad.add(number)
      state.loadCalls = Math.max(state.loadCalls, entry.calls)
    } else if (entry.broken) {
      state.broken = entry.broken
    } else if (entry.known) {
      if (!state.cases.has(entry.known))
        state.cases.set(entry.known, { ...entry, id: entry.known, fit: undefined, first: null, reached: new Set(), again: new Set(), calls: 0, ms: 0 })
    } else if (entry.control) {
      open = null
      control(state.cases.get(entry.control), entry)
    } else if (entry.begin !== undefined) {
      open = entry
    } else if (entry.end !== undefined) {
      open = null
      settle(state, entry.end, entry.case, entry.verdict)
      if (entry.hung) state.hung.add(entry.end)
    } else if (entry.part) {
      state.batched.add(entry.part)
    } else if (entry.single) {
      open = null
      if (state.batch) state.batch.push(entry)
      else tell(state, entry)
    } else if (entry.sound !== undefined) {
      open = null
      if (entry.sound) for (const each of state.batch ?? []) conclude(state, each)
      state.batch = []
    } else if (entry.finished !== undefined) {
      open = null
      if (entry.finished) finish(state, entry.finished)
    } else if (entry.reloads === false) {
      state.reloads = false
    } else if (entry.hung || entry.ended) {
      if (open && !open.alone) state.isCut = true // there may be cases behind that one
      if (open) giveUp(state, open, Boolean(entry.hung))
      open = null
    }
  }
  return state
}

// Should they be noticed, they are tried again in halves, down to one by itself.
function beginSingle(state, numbers) {
  for (const number of numbers) state.limits.set(number, Math.floor(numbers.length / 2))
  if (numbers.length > 1) state.together = { calm: true, reached: new Set(), cases: [] }
}

function single(state, number) {
  if (!state.singles.has(number)) state.singles.set(number, { whole: false, loadFailed: false, cases: new Map() })
  return state.singles.get(number)
}

function tell(state, entry) {
  const { together } = state
  if (together) {
    together.calm &&= entry.load !== false && entry.ok
    for (const number of entry.reached) together.reached.add(number)
    if (entry.case) together.cases.push(entry.case)
    return
  }
  const found = single(state, entry.single[0])
  if (entry.load === false) found.loadFailed = true
  else if (entry.case) found.cases.set(entry.case, { ...entry, reached: entry.reached.length > 0 })
}

function finish(state, numbers) {
  const { together } = state
  if (!together) single(state, numbers[0]).whole = true
  for (const number of together?.calm ? together.reached : []) {
    single(state, number).whole = true
    for (const id of together.cases) single(state, number).cases.set(id, { ok: true })
  }
}

// What one case said of one mutant in a batch that went well.
function conclude(state, { single: [number], load, case: id, ok, over, lost, reached }) {
  if (load === false) single(state, number).loadFailed = true
  if (!id) return
  const isItsDoing = !lost && (state.atLoad.has(number) || reached.length > 0)
  const verdict = ok ? 'survived' : !isItsDoing ? 'spoiled' : over ? 'timed_out' : 'killed'
  settle(state, number, id, verdict)
}

function control(found, entry) {
  if (!found) return
  if (!entry.ok) {
    found.fit = false
    return
  }
  for (const number of entry.reached) found.reached.add(number)
  found.calls = Math.max(found.calls, entry.calls)
  found.ms = Math.max(found.ms, entry.ms)
  if (entry.again) {
    found.again = new Set(entry.reached)
    found.remembers = Boolean(entry.remembers)
    found.fit ??= true
  }
}

// The process ended, or had to be ended, in the midst of something.
function giveUp(state, open, hung) {
  if (open.alone && state.together) {
    state.together.calm = false
  } else if (open.alone && !state.batch) {
    single(state, open.begin).cases.set(open.case, { ok: false, over: hung, lost: !hung, reached: true })
  } else if (open.begin === 0) {
    const found = open.alone ? undefined : state.cases.get(open.case)
    if (found) found.fit = false
  } else {
    const isOver = hung && !open.checks
    settle(state, open.begin, open.case, isOver ? 'timed_out' : 'spoiled')
    if (isOver) state.hung.add(open.begin)
  }
}

const ENOUGH = 2
const isKill = (verdict) => verdict === 'killed' || verdict === 'timed_out'

exports.settle = settle

function settle(state, number, id, verdict) {
  state.pairs.set(`${number} ${id}`, verdict)
  if (!isKill(verdict)) return
  if (!state.noticedBy.has(number)) state.noticedBy.set(number, new Set())
  state.noticedBy.get(number).add(id)
  state.noticing.add(id)
}

// Where time gets short, what several cases notice is not tried on those that have noticed something already: the others
// want to be asked too.
exports.isSpare = (order, state, found, number) =>
  Date.now() >= order.hurriedFrom && state.noticing.has(found.id) && (state.noticedBy.get(number)?.size ?? 0) >= ENOUGH

// A mutant that once had to be waited for in vain is not waited for again with another case.
exports.pairsToTry = (order, state, found) => {
  if (!found.fit) return []
  return order.numbers.filter(
    (number) =>
      !exports.isSpare(order, state, found, number) &&
      found.reached.has(number) &&
      found.again.has(number) &&
      !state.atLoad.has(number) &&
      !state.hung.has(number) &&
      !state.pairs.has(`${number} ${found.id}`),
  )
}

exports.nextTurn = (order, state) => {
  if (state.broken || state.turns >= MOST_TURNS || Date.now() > order.until) return null
  if (state.loops === 0) return { kind: 'loop', numbers: [] }
  const open = state.isCut || [...state.cases.values()].some((found) => found.fit === undefined || exports.pairsToTry(order, state, found).length)
  if (open && state.loops < MOST_LOOPS) return { kind: 'loop', numbers: [] }
  const needing = order.numbers.filter((each) => needsSingle(state, each))
  const isBatched = (number) => !state.reloads || state.batched.has(number)
  const unbatched = needing.filter((each) => !isBatched(each))
  if (unbatched.length) return { kind: 'batch', numbers: unbatched.slice(0, MOST_IN_A_BATCH) }
  if (!needing.length) return null
  const limit = mostWith(state, needing[0])
  return { kind: 'single', numbers: needing.filter((each) => mostWith(state, each) === limit).slice(0, limit) }
}

function needsSingle(state, number) {
  if (state.singles.get(number)?.whole || state.singles.get(number)?.loadFailed || state.limits.get(number) === 0) return false
  const isStatic = state.atLoad.has(number)
  let needs = isStatic
  for (const found of state.cases.values()) {
    if (!found.fit || !(isStatic || found.reached.has(number))) continue
    const verdict = state.pairs.get(`${number} ${found.id}`)
    if (verdict === 'killed' || verdict === 'timed_out') return false
    if (verdict !== 'survived' || found.remembers) needs = true
  }
  return needs
}

// How many may be at work together: many only where each by itself went unnoticed already.
function mostWith(state, number) {
  const isStatic = state.atLoad.has(number)
  const reaching = [...state.cases.values()].filter((found) => found.fit && (isStatic || found.reached.has(number)))
  const isCalm = state.batched.has(number) && reaching.every((found) => state.pairs.get(`${number} ${found.id}`) === 'survived')
  return state.limits.get(number) ?? (isCalm ? Number.POSITIVE_INFINITY : 1)
}

// Cases go by their place in `tests` in what is reported.
exports.reportOf = (order, state) => {
  const tests = [...state.cases.values()]
  const fit = tests.filter((found) => found.fit)
  return {
    finished: true,
    broken: state.broken ?? undefined,
    tests: tests.map(({ titles, file, each, template }) => ({ titles, file, each, template })),
    // Those that there was no time to look at are not among them: nothing speaks against them.
    unfit: tests.flatMap((found, index) => (found.fit === false ? [index] : [])),
    unasked: tests.flatMap((found, index) => (found.fit === undefined ? [index] : [])),
    outcomes: order.numbers.map((number) => outcomeOf(state, number, tests, fit)),
    // Boundary cases have a minus sign before their number, so that they are no mutants.
    met: order.edges.map((number) => [number, tests.flatMap((found, index) => (found.reached.has(-number) ? [index] : []))]),
  }
}

const sawAll = ({ loops, isCut, cases }) => loops > 0 && !isCut && [...cases.values()].every((found) => found.fit !== undefined)

function outcomeOf(state, number, tests, fit) {
  const isStatic = state.atLoad.has(number)
  const alone = state.singles.get(number)
  const reached = isStatic ? fit : fit.filter((found) => found.reached.has(number))
  const killers = []
  let isOver = false
  let isOpen = false
  for (const found of reached) {
    const verdict = state.pairs.get(`${number} ${found.id}`)
    const tried = alone?.cases.get(found.id)
    if (verdict === 'killed' || verdict === 'timed_out') {
      killers.push(found)
      isOver ||= verdict === 'timed_out'
    } else if (alone?.loadFailed || (tried && !tried.ok && !tried.lost && (isStatic || tried.reached))) {
      killers.push(found)
      isOver ||= Boolean(tried?.over)
    } else if ((verdict !== 'survived' || found.remembers || isStatic) && !(alone?.whole && tried?.ok)) {
      isOpen = true
    }
  }
  let fate = 'survived'
  if (killers.length) fate = isOver ? 'timed_out' : 'killed'
  else if (isOpen) fate = 'untried'
  else if (!reached.length) fate = sawAll(state) ? 'unreached' : 'untried'
  // Who was not asked has not failed to notice.
  const asked = (found) => state.pairs.has(`${number} ${found.id}`) || alone?.cases.has(found.id) || alone?.loadFailed
  const place = (found) => tests.indexOf(found)
  return {
    number,
    fate,
    reached: reached.filter((found) => fate === 'untried' || asked(found)).map(place),
    killers: killers.map(place),
    breaksLoad: killers.length > 0 && Boolean(alone?.loadFailed),
  }
}
