// Whether an assertion failed while its test passed: behind a `catch`, in a promise or a callback whose error is thrown away. The
// runner hears nothing of these. One that holds later on, at the same place, was tried again, as `waitFor` does.
const assert = require('node:assert')
const { syncBuiltinESMExports } = require('node:module')
const { dirname } = require('node:path')

const OURS = dirname(__dirname)
const FRAMES = 60
const MOST_SHOWN = 200
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g')
const JEST = Symbol.for('$$jest-matchers-object')
const isAssertion = (error) => error?.code === 'ERR_ASSERTION' || error?.name === 'AssertionError' || error?.matcherResult !== undefined

exports.Hearing = class Hearing {
  #afterwards
  #depth = 0
  #failed = new WeakMap()
  #known = new WeakSet()
  #suites

  // Only what the suites assert themselves counts: the code under test may try things with `assert`.
  constructor(suites, afterwards) {
    this.#suites = suites.map((path) => `/${path}`)
    this.#afterwards = afterwards
  }

  // What to say of a test that has passed; empty when it was right to.
  complaint(test) {
    const [failed] = this.#failed.get(test)?.values() ?? []
    if (failed === undefined) return ''
    return `An assertion failed where nobody heard it (${shown(failed)}), and the test passed all the same; assert where a failure fails the test.`
  }

  // Not `ok`, which reads the place that it is called from, nor `match` and such, which look whether they are themselves, nor `fail`, which never holds.
  toNode() {
    const heard = new Map()
    for (const [name, method] of Object.entries(assert)) {
      if (typeof method === 'function' && /^(?!ok$|match$|doesNotReject$|fail$|strict$)[a-z]/.test(name)) heard.set(method, this.#heard(method, name))
    }
    for (const all of [assert, assert.strict])
      for (const [name, method] of Object.entries(all)) if (heard.has(method)) all[name] = heard.get(method)
    syncBuiltinESMExports()
  }

  toChai({ Assertion }) {
    if (this.#known.has(Assertion)) return
    this.#known.add(Assertion)
    const all = Object.getOwnPropertyDescriptors(Assertion.prototype)
    for (const [name, { value, get, ...rest }] of Object.entries(all)) {
      if (!rest.configurable || name === 'constructor') continue
      const heard = value ? { ...rest, value: this.#heard(value, name) } : { ...rest, get: this.#heard(get, name) }
      if (value ? typeof value === 'function' : get) Object.defineProperty(Assertion.prototype, name, heard)
    }
  }

  // Its matchers throw nothing themselves. What holds without having been asked for here is a promise that was expected to be rejected.
  toJest(global) {
    const { matchers, state } = global[JEST] ?? {}
    if (!matchers) return
    let isSeen = false
    const told = (result, isNot) => {
      isSeen = Boolean(result?.pass) !== Boolean(isNot)
      if (isSeen) this.#holds()
      else this.#fails(result?.message)
      return result
    }
    for (const [name, matcher] of Object.entries(matchers)) {
      const apply = (_, self, args) => {
        if (self?.promise === 'rejects') this.#expects(args[0])
        const isOutermost = this.#depth === 0
        const result = this.#within(() => Reflect.apply(matcher, self, args))
        if (!isOutermost) return result
        return typeof result?.then === 'function' ? result.then((each) => told(each, self?.isNot)) : told(result, self?.isNot)
      }
      matchers[name] = new Proxy(matcher, { apply })
    }
    let count = state.numPassingAsserts ?? 0
    const set = (value) => {
      if (value > count && !isSeen && this.#depth === 0) this.#forgets()
      isSeen = false
      count = value
    }
    Object.defineProperty(state, 'numPassingAsserts', { configurable: true, enumerable: true, get: () => count, set })
  }

  #heard(method, name) {
    const apply = (_, self, given) => {
      const args = name === 'rejects' && self?.__flags === undefined ? this.#rejecting(given) : given
      this.#expects(self?.__flags?.object)
      if (this.#depth) return Reflect.apply(method, self, args)
      let result
      try {
        result = this.#within(() => Reflect.apply(method, self, args))
      } catch (error) {
        this.#fails(error?.message ?? error)
        if (typeof error?.stack === 'string') error.stack = withoutOurs(error.stack)
        throw error
      }
      this.#holds()
      return typeof result === 'function' ? this.#heard(result, name) : result // chai's `include` and such
    }
    return new Proxy(method, { apply })
  }

  // What is asserted within an assertion is its own affair.
  #within(work) {
    this.#depth += 1
    try {
      return work()
    } finally {
      this.#depth -= 1
    }
  }

  #rejecting([given, ...rest]) {
    const watched = (promise) => {
      promise?.then?.(undefined, (error) => this.#expects(error))
      return promise
    }
    return [typeof given === 'function' ? () => watched(given()) : watched(given), ...rest]
  }

  // The test says itself that an assertion has to fail, which is how helpers that assert are tested.
  #expects(error) {
    if (isAssertion(error)) this.#forgets()
  }

  #forgets() {
    this.#failed.get(this.#afterwards.owner)?.clear()
  }

  #holds() {
    const failed = this.#failed.get(this.#afterwards.owner)
    if (failed?.size) failed.delete(siteOf())
  }

  #fails(what) {
    const test = this.#afterwards.owner
    const site = siteOf()
    const isOfSuites = site === '' || this.#suites.some((path) => site.replace(/(\?.*)?:\d+:\d+$/, '').endsWith(path))
    if (!test || !isOfSuites) return
    if (!this.#failed.has(test)) this.#failed.set(test, new Map())
    this.#failed.get(test).set(site, what)
  }
}

function shown(what) {
  // Matchers put theirs together when they are asked, which takes its time.
  const lines = String(typeof what === 'function' ? what() : what).replace(COLOURS, '').split('\n').map((line) => line.trim()).filter(Boolean)
  return lines.join(' ').slice(0, MOST_SHOWN) || 'no message'
}

const withoutOurs = (stack) => stack.split('\n').filter((line) => !line.includes(__filename)).join('\n')

// Where the assertion is written; empty where a library calls it.
function siteOf() {
  const { prepareStackTrace, stackTraceLimit } = Error
  Error.prepareStackTrace = (_, sites) => sites
  Error.stackTraceLimit = FRAMES
  const { stack } = new Error()
  Object.assign(Error, { prepareStackTrace, stackTraceLimit })
  for (const site of stack) {
    const file = site.getFileName()?.replace(/^file:\/\//, '')
    if (!file?.startsWith('/') || file.startsWith(OURS) || file.includes('/node_modules/')) continue
    return `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`
  }
  return ''
}
