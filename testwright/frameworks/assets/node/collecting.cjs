// node:test runs tests in the order in which they are registered, and tells too little of each. So the names that suites
// import only collect; everything is then registered with the real ones, in the order that is wanted.
const { partsOf } = require('./parts.cjs')

const MODIFIERS = ['skip', 'todo', 'only']

exports.Collecting = class Collecting {
  cases = []
  #real
  #run
  #ids = new Map()
  #group = outermost()
  #isOpen = true

  // `run` has `arrange(entries)`, `isAsked(about)`, `around(fn, about, hooks)`, and options of its own as `limits`, which a test's
  // own go before, and `rules`, which go before those. `keepsHooks` says that it calls what is to be done before and after each,
  // `within` names a group that everything is to be in.
  constructor(real, run) {
    this.#real = real
    this.#run = run
  }

  get names() {
    const { assert, mock, run, snapshot } = this.#real
    const { after, before } = this.#inGroup(this.#real)
    const { afterEach, beforeEach } = this.#run.keepsHooks ? this.#hooks : this.#inGroup(this.#real)
    const test = this.#withModifiers((real) => this.#case(real), this.#real.test)
    const describe = this.#withModifiers((real) => this.#describe(real), this.#real.describe)
    const names = { after, afterEach, assert, before, beforeEach, describe, it: test, mock, run, snapshot, suite: describe, test }
    for (const modifier of MODIFIERS) names[modifier] = test[modifier]
    return Object.assign(test, names)
  }

  get #hooks() {
    const beforeEach = (fn) => void this.#group.before.push(fn)
    const afterEach = (fn) => void this.#group.after.push(fn)
    return { afterEach, beforeEach }
  }

  // Of the outermost, which would else be everybody's.
  #inGroup({ after, afterEach, before, beforeEach }) {
    if (!this.#run.within) return { after, afterEach, before, beforeEach }
    const kept = (hook) => (...args) => (this.#isOutermost ? void this.#group.hooks.push(() => hook(...args)) : hook(...args))
    return { after: kept(after), afterEach: kept(afterEach), before: kept(before), beforeEach: kept(beforeEach) }
  }

  get #isOutermost() {
    return this.#isOpen && !this.#group.titles.length
  }

  register() {
    this.#isOpen = false
    const { within } = this.#run
    if (!within) return this.#all(this.#group)
    const { hooks } = this.#group
    this.#real.describe(within, { concurrency: 1 }, () => {
      for (const hook of hooks) hook()
      this.#all(this.#group)
    })
  }

  // The same suites are loaded once more.
  anew() {
    this.#isOpen = true
    this.#group = outermost()
    this.#ids.clear()
  }

  #withModifiers(make, real) {
    const made = make(real)
    for (const modifier of MODIFIERS) made[modifier] = make(real[modifier])
    return made
  }

  #case(real) {
    return (...args) => {
      const { name, options, fn } = partsOf(args)
      const titles = [...this.#group.titles, name]
      const path = titles.join(' > ')
      this.#ids.set(path, (this.#ids.get(path) ?? 0) + 1)
      const group = this.#group
      const about = { id: `${path} #${this.#ids.get(path)}`, path, titles }
      this.#add(() => {
        if (!this.#run.isAsked(about)) return
        this.cases.push(about)
        const wanted = { ...this.#run.limits, ...options, ...this.#run.rules, concurrency: 1 }
        real(name, wanted, fn && this.#run.around(fn, about, group))
      })
      return Promise.resolve()
    }
  }

  #describe(real) {
    return (...args) => {
      const { name, options, fn } = partsOf(args)
      const { before, after } = this.#group
      const group = { titles: [...this.#group.titles, name], entries: [], before: [...before], after: [...after] }
      this.#add(() => {
        real(name, { ...options, ...this.#run.rules, concurrency: 1 }, (context) => {
          const outer = this.#group
          const wasOpen = this.#isOpen
          this.#group = group
          this.#isOpen = true
          const close = () => {
            this.#group = outer
            this.#isOpen = wasOpen
            this.#all(group)
          }
          const result = fn?.(context)
          if (typeof result?.then === 'function') return result.then(close)
          close()
        })
      })
      return Promise.resolve()
    }
  }

  // What comes when all was registered already (a test that is registered later on) goes straight on.
  #add(entry) {
    if (this.#isOpen) this.#group.entries.push(entry)
    else entry()
  }

  #all(group) {
    for (const entry of this.#run.arrange(group.entries)) entry()
  }
}

function outermost() {
  return { titles: [], entries: [], hooks: [], before: [], after: [] }
}
