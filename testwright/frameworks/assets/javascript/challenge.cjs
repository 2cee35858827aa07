// Tries mutants on the cases of one suite, from inside the process that runs them. It knows no test framework: whoever
// runs the cases asks before each (`start`) and after each repetition (`next`) whether to run it once more.
//
// A kill counts only as pass, fail, pass: the case passes before with no mutant at work, fails with it, and passes again
// without. When it does not pass again, something was left behind, and everything else waits for a fresh environment.
// A case that waits for something has to fail a second time: what came late from an earlier repetition may have hit it.
const { entriesIn, isSpare, nextTurn, orderIn, pairsToTry, settle, stateOf, write } = require('./journal.cjs')

const SHORTEST_MS = 2000
const FEWEST_CALLS = 100_000
const TIMES_LONGER = 20
const SHORTEST_IDLE_MS = 300
const IDLE_TIMES_LONGER = 5
const TIMES_MORE = 50
const now = performance.now.bind(performance)
const { setImmediate } = globalThis

class Endless extends Error {
  constructor() {
    super('Testwright: this does not come to an end')
    this.name = 'Endless'
  }
}

exports.goesOn = (folder) => nextTurn(orderIn(folder), stateOf(entriesIn(folder))) !== null

// Of runners that cannot load code anew in one environment.
exports.cannotReload = (folder) => write(folder, { reloads: false })

exports.Challenge = class Challenge {
  #folder
  #order
  #state
  #turn
  #parts = []
  #at = 0
  #calm = new Set()
  #stopped = false
  #active
  #seen
  #met = new Set()
  #left = Number.POSITIVE_INFINITY
  #limit = Number.POSITIVE_INFINITY
  #found = null
  #phase = ''
  #plan = []
  #number = 0
  #numbers = []
  #pending = ''
  #started = 0
  #isOpen = false
  #hasWaited = { yes: false }

  constructor(folder) {
    this.#folder = folder
    this.#order = orderIn(folder)
    const most = Math.max(0, ...this.#order.numbers) + 1
    this.#seen = new Uint8Array(most)
    this.#active = new Uint8Array(most)
    this.#take(stateOf(entriesIn(folder)))
  }

  // How long the repetition that runs now may take.
  get milliseconds() {
    return Math.max(SHORTEST_MS, TIMES_LONGER * (this.#found?.ms ?? 0))
  }

  // How long nothing may be under way in it before it counts as waiting in vain.
  get idleMilliseconds() {
    return Math.max(SHORTEST_IDLE_MS, IDLE_TIMES_LONGER * (this.#found?.ms ?? 0))
  }

  install(global) {
    global.__testwright_mutant__ = (number) => {
      if (--this.#left < 0) throw new Endless()
      if (number < 0) this.#met.add(number)
      else this.#seen[number] = 1
      return this.#active[number] === 1
    }
  }

  // How often the code is loaded in this turn, each time with something else at work: 1 but for a batch.
  get parts() {
    return this.#parts.length || 1
  }

  // Whether there is more to do in this very environment, once all code is loaded anew.
  reloads() {
    if (this.#stopped) return false
    if (this.#at + 1 < this.#parts.length) {
      this.enter(this.#at + 1)
      return true
    }
    const state = stateOf(entriesIn(this.#folder))
    if (nextTurn(this.#order, state)?.kind !== 'batch') return false
    this.#take(state)
    return true
  }

  // Of a batch: the next mutant, or none at all at its end, and where time is up.
  enter(part) {
    const isLate = Date.now() > this.#order.until
    this.#at = isLate ? this.#parts.length - 1 : part
    this.#numbers = this.#parts[this.#at]
    if (this.#numbers.length) this.#write({ part: this.#numbers[0] })
    this.#work(this.#numbers, this.#state.loadCalls)
  }

  loaded() {
    if (this.#stopped) return
    const { reached, calls } = this.#taken()
    if (this.#isLoop) {
      this.#write({ loaded: reached, calls })
      this.#rest()
    } else if (this.#numbers.length) {
      this.#write({ single: this.#numbers, ok: true, reached: this.#numbers.filter((number) => reached.includes(number)) })
    }
  }

  // The suite did not load: `message` says why.
  broken(message) {
    if (this.#isLoop && !this.#stopped) this.#write({ broken: String(message).slice(0, 2000) || 'no reason given' })
    else if (this.#numbers.length) this.#write({ single: this.#numbers, load: false, ok: false, reached: this.#numbers })
    if (this.#turn.kind !== 'batch') this.#stopped = true
  }

  // Whether the case should run at all. `about` holds `id`, `titles`, `file` and what else is known of it.
  start({ id, ...about }) {
    if (this.#isOpen) this.#abandon()
    // Whoever comes next has to know of those that do not get their turn.
    if (this.#isLoop && !this.#state.cases.has(id)) this.#write({ known: id, ...about })
    if (this.#stopped) return false
    this.#found = this.#state.cases.get(id) ?? { id, fit: undefined, reached: new Set(), again: new Set(), ms: 0, calls: 0 }
    this.#phase = this.#isLoop ? 'first' : 'single'
    if (this.#isLoop) this.#rest()
    else this.#work(this.#numbers, this.#found.calls)
    this.#begin(this.#numbers[0] ?? 0)
    this.#isOpen = true
    return true
  }

  // Told how a repetition went; whether there is another, for which everything is set when this returns. One that waited
  // in vain, with nothing under way any more (`idle`), is not still at it behind the back of the next.
  next(ok, hung = false, idle = false) {
    this.#isOpen = this.#goOn(ok, hung && !idle, hung && idle)
    return this.#isOpen
  }

  finished() {
    if (this.#isOpen) this.#abandon()
    const isOfNone = this.#turn.kind === 'batch' && !this.#numbers.length
    if (isOfNone && !this.#stopped) this.#write({ sound: this.#isSound() })
    else if (this.#turn.kind !== 'none') this.#write({ finished: this.#turn.kind === 'single' && !this.#stopped ? this.#numbers : 0 })
    this.#rest()
  }

  get #isLoop() {
    return this.#turn.kind === 'loop' || this.#turn.kind === 'none'
  }

  // Every case that can be relied on has passed once more when nothing was at work.
  #isSound() {
    return [...this.#state.cases.values()].every((found) => !found.fit || this.#calm.has(found.id))
  }

  #take(state) {
    this.#state = state
    this.#turn = nextTurn(this.#order, state) ?? { kind: 'none', numbers: [] }
    this.#numbers = this.#turn.numbers
    this.#parts = this.#turn.kind === 'batch' ? [...this.#numbers.map((number) => [number]), []] : []
    this.#calm.clear()
    if (this.#turn.kind === 'none') this.#stopped = true
    else this.#write({ turn: this.#turn.kind, numbers: this.#numbers })
    if (this.#parts.length) this.enter(0)
    else if (this.#turn.kind === 'single') this.#work(this.#numbers, state.loadCalls)
    else this.#rest()
  }

  #goOn(ok, hung, inVain) {
    const { reached, calls, over } = this.#taken()
    const ms = now() - this.#started
    const isReached = reached.includes(this.#number)
    this.#rest()
    switch (this.#phase) {
      case 'single':
        this.#single(ok && !over, over || hung || inVain, hung, reached)
        return false
      case 'first':
      case 'second':
        return this.#controlled(ok, reached, calls, ms)
      case 'mutant':
        if (hung) {
          this.#end('timed_out', true)
          this.#stopped = true // it may still be at it, behind the back of whatever runs next
          return false
        }
        if (ok && !over) {
          this.#end(isReached ? 'survived' : 'spoiled')
          return this.#advance()
        }
        if (inVain) this.#state.hung.add(this.#number)
        this.#pending = over || inVain ? 'timed_out' : isReached ? 'killed' : 'spoiled'
        return this.#repeat('confirm')
      case 'confirm':
        if (ok && this.#pending === 'killed' && this.#found.waits) return this.#repeat('once more')
        this.#end(ok || this.#pending === 'timed_out' ? this.#pending : 'spoiled')
        this.#stopped = !ok
        return ok && this.#advance()
      default:
        this.#end(ok && !over ? 'spoiled' : 'killed')
        this.#stopped = hung
        return !hung && this.#advance()
    }
  }

  // The case skipped the rest of itself in the midst of a repetition, and nobody heard of its end.
  #abandon() {
    const id = this.#found.id
    if (['mutant', 'confirm', 'once more'].includes(this.#phase)) this.#end('spoiled')
    else if (this.#phase === 'single') this.#single(false, false, false, [], true)
    else this.#write({ control: id, ok: false })
    this.#isOpen = false
    this.#rest()
  }

  #single(ok, over, hung, reached, lost = false) {
    const numbers = this.#numbers
    if (!numbers.length && ok) this.#calm.add(this.#found.id)
    else if (!numbers.length) this.#calm.delete(this.#found.id)
    else if (hung && this.#turn.kind === 'batch') this.#end('timed_out', true)
    else this.#write({ single: numbers, case: this.#found.id, ok, over, lost, reached: numbers.filter((number) => reached.includes(number)) })
    this.#stopped ||= hung // it may still be at it, behind the back of whatever runs next
    this.#work(numbers, this.#found.calls)
  }

  #controlled(ok, reached, calls, ms) {
    const again = this.#phase === 'second'
    const found = this.#found
    // A case that took another way the second time met something remembered, a cache say; so may one whose suite has mocks. That it
    // goes on passing with a mutant at work proves nothing until it does so in a fresh environment.
    const remembers = again && (this.#order.remembers || calls !== found.calls || reached.some((number) => !found.reached.has(number)))
    this.#write({ control: found.id, ok, reached, calls, ms: Math.round(ms), again, remembers })
    found.ms = Math.max(found.ms, ms)
    found.calls = Math.max(found.calls, calls)
    found.waits ||= this.#hasWaited.yes
    if (!ok) return false
    if (!again && found.fit !== true) {
      this.#phase = 'second'
      for (const number of reached) found.reached.add(number)
      this.#begin(0)
      return true
    }
    if (again) {
      found.again = new Set(reached)
      found.fit ??= true
    }
    this.#plan = pairsToTry(this.#order, this.#state, found)
    return this.#advance()
  }

  #advance() {
    if (Date.now() > this.#order.until) this.#stopped = true
    while (this.#plan.length && isSpare(this.#order, this.#state, this.#found, this.#plan[0])) this.#plan.shift()
    const number = this.#stopped ? undefined : this.#plan.shift()
    if (number === undefined) return false
    this.#phase = 'mutant'
    this.#work([number], this.#found.calls)
    this.#begin(number)
    return true
  }

  #repeat(phase) {
    this.#phase = phase
    if (phase === 'once more') this.#work([this.#number], this.#found.calls)
    this.#begin(this.#number)
    return true
  }

  #begin(number) {
    this.#number = number
    const alone = !this.#isLoop || undefined
    const checks = this.#phase === 'confirm' || this.#phase === 'once more' || undefined
    this.#write({ begin: number, case: this.#found.id, alone, checks, limit: Math.round(number ? this.milliseconds : 0) })
    const waited = { yes: false }
    setImmediate(() => {
      waited.yes = true
    })
    this.#hasWaited = waited
    this.#started = now()
  }

  #end(verdict, hung = false) {
    settle(this.#state, this.#number, this.#found.id, verdict)
    this.#write({ end: this.#number, case: this.#found.id, verdict, hung })
  }

  #work(numbers, calls) {
    this.#active.fill(0)
    for (const number of numbers) this.#active[number] = 1
    this.#expect(numbers.length ? FEWEST_CALLS + TIMES_MORE * calls : Number.MAX_SAFE_INTEGER)
  }

  #rest() {
    this.#active.fill(0)
    this.#expect(Number.MAX_SAFE_INTEGER) // finite, so that the calls can be counted
  }

  #expect(calls) {
    this.#limit = this.#left = calls
    this.#seen.fill(0)
    this.#met.clear()
  }

  #taken() {
    const reached = [...this.#met]
    for (let number = 1; number < this.#seen.length; number++) if (this.#seen[number]) reached.push(number)
    return { reached, calls: this.#limit - this.#left, over: this.#left < 0 }
  }

  #write(entry) {
    write(this.#folder, entry)
  }
}
