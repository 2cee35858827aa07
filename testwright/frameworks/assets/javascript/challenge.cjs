// Tries mutants on the cases of one suite, from inside the process that runs them. It knows no test framework: whoever
// runs the cases asks before each (`start`) and after each repetition (`next`) whether to run it once more.
//
// A kill counts only as pass, fail, pass: the case passes before with no mutant at work, fails with it, and passes again
// without. When it does not pass again, something was left behind, and everything else waits for a fresh environment.
// A case that waits for something has to fail a second time: what came late from an earlier repetition may have hit it.
const { entriesIn, nextTurn, orderIn, pairsToTry, stateOf, write } = require('./journal.cjs')

const SHORTEST_MS = 2000
const FEWEST_CALLS = 100_000
const TIMES_LONGER = 20
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

exports.Challenge = class Challenge {
  #folder
  #order
  #state
  #turn
  #stopped = false
  #active = -1
  #seen
  #met = new Set()
  #left = Number.POSITIVE_INFINITY
  #limit = Number.POSITIVE_INFINITY
  #found = null
  #phase = ''
  #plan = []
  #number = 0
  #pending = ''
  #started = 0
  #isOpen = false
  #hasWaited = { yes: false }

  constructor(folder) {
    this.#folder = folder
    this.#order = orderIn(folder)
    this.#state = stateOf(entriesIn(folder))
    this.#turn = nextTurn(this.#order, this.#state) ?? { kind: 'none', number: 0 }
    this.#seen = new Uint8Array(Math.max(0, ...this.#order.numbers) + 1)
    if (this.#turn.kind === 'none') this.#stopped = true
    else this.#write({ turn: this.#turn.kind, number: this.#turn.number })
    if (this.#isSingle) this.#work(this.#turn.number, this.#state.loadCalls)
    else this.#rest()
  }

  // How long the repetition that runs now may take.
  get milliseconds() {
    return Math.max(SHORTEST_MS, TIMES_LONGER * (this.#found?.ms ?? 0))
  }

  install(global) {
    global.__testwright_mutant__ = (number) => {
      if (--this.#left < 0) throw new Endless()
      if (number < 0) this.#met.add(number)
      else this.#seen[number] = 1
      return number === this.#active
    }
  }

  loaded() {
    if (this.#isSingle || this.#stopped) return
    const { reached, calls } = this.#taken()
    this.#write({ loaded: reached, calls })
    this.#rest()
  }

  // The suite did not load: `message` says why.
  broken(message) {
    if (this.#isSingle) this.#write({ single: this.#turn.number, load: false })
    else if (!this.#stopped) this.#write({ broken: String(message).slice(0, 2000) || 'no reason given' })
    this.#stopped = true
  }

  // Whether the case should run at all. `about` holds `id`, `titles`, `file` and what else is known of it.
  start({ id, ...about }) {
    if (this.#isOpen) this.#abandon()
    if (this.#stopped) return false
    if (!this.#isSingle && !this.#state.cases.has(id)) this.#write({ known: id, ...about })
    this.#found = this.#state.cases.get(id) ?? { id, fit: undefined, reached: new Set(), again: new Set(), ms: 0, calls: 0 }
    this.#phase = this.#isSingle ? 'single' : 'first'
    if (this.#isSingle) this.#work(this.#turn.number, this.#found.calls)
    else this.#rest()
    this.#begin(this.#isSingle ? this.#turn.number : 0)
    this.#isOpen = true
    return true
  }

  // Told how a repetition went; whether there is another, for which everything is set when this returns.
  next(ok, hung = false) {
    this.#isOpen = this.#goOn(ok, hung)
    return this.#isOpen
  }

  finished() {
    if (this.#isOpen) this.#abandon()
    if (this.#turn.kind !== 'none') this.#write({ finished: this.#isSingle && !this.#stopped ? this.#turn.number : 0 })
    this.#rest()
  }

  get #isSingle() {
    return this.#turn.kind === 'single'
  }

  #goOn(ok, hung) {
    const { reached, calls, over } = this.#taken()
    const ms = now() - this.#started
    const isReached = this.#phase === 'single' || reached.includes(this.#number)
    this.#rest()
    switch (this.#phase) {
      case 'single':
        this.#write({ single: this.#turn.number, case: this.#found.id, ok: ok && !over, over: over || hung, reached: reached.includes(this.#turn.number) })
        this.#work(this.#turn.number, this.#found.calls)
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
        this.#pending = over ? 'timed_out' : isReached ? 'killed' : 'spoiled'
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
    else if (this.#phase === 'single') this.#write({ single: this.#turn.number, case: id, ok: false, lost: true })
    else this.#write({ control: id, ok: false })
    this.#isOpen = false
    this.#rest()
  }

  #controlled(ok, reached, calls, ms) {
    const again = this.#phase === 'second'
    const found = this.#found
    // A case that took another way the second time met something remembered, a cache say: that it goes on passing with a
    // mutant at work proves nothing until it does so in a fresh environment.
    const remembers = again && (calls !== found.calls || reached.some((number) => !found.reached.has(number)))
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
    const number = this.#stopped ? undefined : this.#plan.shift()
    if (number === undefined) return false
    this.#phase = 'mutant'
    this.#work(number, this.#found.calls)
    this.#begin(number)
    return true
  }

  #repeat(phase) {
    this.#phase = phase
    if (phase === 'once more') this.#work(this.#number, this.#found.calls)
    this.#begin(this.#number)
    return true
  }

  #begin(number) {
    this.#number = number
    const alone = this.#isSingle || undefined
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
    this.#state.pairs.set(`${this.#number} ${this.#found.id}`, verdict)
    this.#write({ end: this.#number, case: this.#found.id, verdict, hung })
  }

  #work(number, calls) {
    this.#active = number
    this.#limit = this.#left = FEWEST_CALLS + TIMES_MORE * calls
    this.#seen.fill(0)
    this.#met.clear()
  }

  #rest() {
    this.#active = -1
    // Finite, so that the calls can be counted.
    this.#limit = this.#left = Number.MAX_SAFE_INTEGER
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
