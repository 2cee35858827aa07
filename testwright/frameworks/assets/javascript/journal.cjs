// What a challenge has found so far, line by line in a file, because a mutant may end the process that tries it. All
// decisions are taken from these lines alone, so whoever comes next can go on.
const { appendFileSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

const MOST_TURNS = 400
const MOST_LOOPS = 60

exports.write = (folder, entry) =>
  appendFileSync(join(folder, 'journal.jsonl'), `${JSON.stringify({ ...entry, at: Date.now() })}\n`)

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

// A turn is one fresh environment. A loop tries one mutant after the other on each case, for as long as the cases still
// pass in between; a single has one mutant at work from before the code is loaded.
exports.stateOf = (entries) => {
  const state = { broken: null, turns: 0, loops: 0, atLoad: new Set(), loadCalls: 0, cases: new Map(), pairs: new Map(), hung: new Set(), singles: new Map() }
  let open = null
  for (const entry of entries) {
    if (entry.turn) {
      if (open) giveUp(state, open, false)
      open = null
      state.turns += 1
      if (entry.turn === 'loop') state.loops += 1
      else single(state, entry.number).begun += 1
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
      state.pairs.set(`${entry.end} ${entry.case}`, entry.verdict)
      if (entry.hung) state.hung.add(entry.end)
    } else if (entry.single !== undefined) {
      open = null
      const found = single(state, entry.single)
      if (entry.load === false) found.loadFailed = true
      else found.cases.set(entry.case, entry)
    } else if (entry.finished !== undefined) {
      open = null
      if (entry.finished) single(state, entry.finished).whole = true
    } else if (entry.hung || entry.ended) {
      if (open) giveUp(state, open, Boolean(entry.hung))
      open = null
    }
  }
  return state
}

function single(state, number) {
  if (!state.singles.has(number)) state.singles.set(number, { begun: 0, whole: false, loadFailed: false, cases: new Map() })
  return state.singles.get(number)
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
  if (open.alone) {
    single(state, open.begin).cases.set(open.case, { ok: false, over: hung, lost: !hung, reached: true })
  } else if (open.begin === 0) {
    const found = state.cases.get(open.case)
    if (found) found.fit = false
  } else {
    const isOver = hung && !open.checks
    state.pairs.set(`${open.begin} ${open.case}`, isOver ? 'timed_out' : 'spoiled')
    if (isOver) state.hung.add(open.begin)
  }
}

// A mutant that once had to be waited for in vain is not waited for again with another case.
exports.pairsToTry = (order, state, found) => {
  if (!found.fit) return []
  return order.numbers.filter(
    (number) =>
      found.reached.has(number) &&
      found.again.has(number) &&
      !state.atLoad.has(number) &&
      !state.hung.has(number) &&
      !state.pairs.has(`${number} ${found.id}`),
  )
}

exports.nextTurn = (order, state) => {
  if (state.broken || state.turns >= MOST_TURNS || Date.now() > order.until) return null
  if (state.loops === 0) return { kind: 'loop', number: 0 }
  const open = [...state.cases.values()].some((found) => found.fit === undefined || exports.pairsToTry(order, state, found).length)
  if (open && state.loops < MOST_LOOPS) return { kind: 'loop', number: 0 }
  const number = order.numbers.find((each) => needsSingle(state, each) && !state.singles.get(each)?.begun)
  return number === undefined ? null : { kind: 'single', number }
}

function needsSingle(state, number) {
  if (state.atLoad.has(number)) return true
  let needs = false
  for (const found of state.cases.values()) {
    if (!found.fit || !found.reached.has(number)) continue
    const verdict = state.pairs.get(`${number} ${found.id}`)
    if (verdict === 'killed' || verdict === 'timed_out') return false
    if (verdict !== 'survived' || found.remembers) needs = true
  }
  return needs
}

// Cases go by their place in `tests` in what is reported.
exports.reportOf = (order, state) => {
  const tests = [...state.cases.values()]
  const fit = tests.filter((found) => found.fit)
  return {
    finished: true,
    broken: state.broken ?? undefined,
    tests: tests.map(({ titles, file, each, template }) => ({ titles, file, each, template })),
    unfit: tests.flatMap((found, index) => (found.fit ? [] : [index])),
    outcomes: order.numbers.map((number) => outcomeOf(state, number, tests, fit)),
    // Boundary cases have a minus sign before their number, so that they are no mutants.
    met: order.edges.map((number) => [number, tests.flatMap((found, index) => (found.reached.has(-number) ? [index] : []))]),
  }
}

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
    } else if ((verdict !== 'survived' || found.remembers) && !(alone?.whole && tried?.ok)) {
      isOpen = true
    }
  }
  let fate = 'survived'
  if (killers.length) fate = isOver ? 'timed_out' : 'killed'
  else if (isOpen) fate = 'untried'
  else if (!reached.length) fate = state.loops ? 'unreached' : 'untried'
  const place = (found) => tests.indexOf(found)
  return { number, fate, reached: reached.map(place), killers: killers.map(place) }
}
