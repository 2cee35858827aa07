// node:test in a challenge: to node:test each case is one long test, in which we repeat it with all that is done before and
// after each, once for each mutant that it reaches.
const { Challenge } = require('../javascript/challenge.cjs')
const { called, partsOf } = require('./parts.cjs')

const { setTimeout, clearTimeout } = globalThis
const CASE_MS = 8_000
const UPSETS = ['uncaughtException', 'unhandledRejection']

exports.Repeating = class Repeating {
  #challenge
  #mock
  #part = 0
  #begin
  #hasBegun = new Promise((begin) => {
    this.#begin = begin
  })
  #fail = () => {}

  constructor(folder, { mock }) {
    this.#challenge = new Challenge(folder)
    this.#challenge.install(globalThis)
    this.#mock = mock
  }

  // How often all is to be loaded, each time with something else at work.
  get parts() {
    return this.#challenge.parts
  }

  enter(part) {
    this.#part = part
    if (this.parts > 1) this.#challenge.enter(part)
  }

  broken(message) {
    this.#challenge.broken(message)
  }

  loaded() {
    this.#challenge.loaded()
  }

  // All is registered. What goes wrong beside a test is heard by us: node:test would end the long test.
  begin() {
    for (const name of UPSETS) process.removeAllListeners(name).on(name, (error) => this.#fail(error))
    this.#begin()
  }

  finished() {
    this.#challenge.finished()
  }

  // `hooks` has the functions to call `before` and `after` each repetition.
  around(fn, about, hooks) {
    const part = this.#part
    return async (context) => {
      await this.#hasBegun
      if (part !== this.#part) this.enter(part)
      if (!this.#challenge.start(about)) return context.skip()
      let limit = CASE_MS
      let ended
      do {
        ended = await this.#once(fn, context, hooks, limit)
        limit = this.#challenge.milliseconds
      } while (this.#challenge.next(ended.isOk, ended.isLate))
    }
  }

  #once(fn, context, hooks, limit) {
    const state = { after: [], mock: new this.#mock.constructor(), error: null }
    const shown = shownTo(context, state)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit, { isOk: false, isLate: true })
      this.#fail = (error) => {
        state.error ??= error ?? new Error('nothing')
      }
      repetition(fn, shown, hooks, state).then(() => {
        clearTimeout(timer)
        resolve({ isOk: state.error === null, isLate: false })
      })
    })
  }
}

async function repetition(fn, context, hooks, state) {
  for (const hook of hooks.before) if (!state.error) await tried(hook, context, state)
  if (!state.error) await tried(fn, context, state)
  for (const hook of hooks.after) await tried(hook, context, state)
  for (const work of state.after) await tried(work, context, state)
  state.mock.reset()
}

async function tried(work, context, state) {
  try {
    await called(work, context)
  } catch (error) {
    state.error ??= error ?? new Error('nothing')
  }
}

// What belongs to the test, and would else be done once at the end of all repetitions, is done at the end of each.
function shownTo(context, state) {
  const own = {
    mock: state.mock,
    after: (work) => state.after.push(work),
    plan: () => {}, // may be made once only
    test: (...args) => {
      const { name, options, fn } = partsOf(args)
      // Its failure is the outer one's.
      return context.test(name, options, fn && ((inner) => tried(fn, shownTo(inner, state), state)))
    },
  }
  return new Proxy(context, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return own[name]
      const value = context[name]
      return typeof value === 'function' ? value.bind(context) : value
    },
  })
}
