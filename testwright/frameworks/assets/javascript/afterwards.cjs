// What a test has set going and what goes wrong only when it is over: run by hand, the process would wait for it and fail.
const { AsyncLocalStorage, createHook } = require('node:async_hooks')

const LONGEST_MS = 2000
const LOOK_MS = 20

exports.Afterwards = class Afterwards {
  #owner = new AsyncLocalStorage()
  #timers = new Set()

  constructor() {
    createHook({ init: (_, type, __, resource) => type === 'Timeout' && this.#timers.add(resource) }).enable()
  }

  // What is set going from here on is this test's.
  begin(test) {
    this.#owner.enterWith(test)
  }

  within(test, work) {
    return this.#owner.run(test, work)
  }

  // The test whose error is heard just now, where that is known.
  get owner() {
    return this.#owner.getStore()
  }

  // Waits for what comes soon, once for what comes again and again, and tells of each error and its test.
  async heard(tell) {
    const until = performance.now() + LONGEST_MS
    const waiting = [...this.#timers].filter((timer) => isSoon(timer, until)).map((timer) => [timer, timer._idleStart])
    if (!waiting.length) return
    const hear = (error) => tell(this.owner, error)
    process.on('uncaughtException', hear)
    const isUnderWay = ([timer, start]) => isSoon(timer, until) && timer._idleStart === start
    while (waiting.some(isUnderWay) && performance.now() < until) await new Promise((done) => setTimeout(done, LOOK_MS))
    await new Promise((done) => setTimeout(done, LOOK_MS)) // what the last one has set going
    process.removeListener('uncaughtException', hear)
  }
}

// As Node keeps its timers: one that is over has no time left to wait.
function isSoon(timer, until) {
  if (timer._destroyed || timer._idleTimeout < 0 || timer.hasRef?.() === false) return false
  return timer._idleStart + timer._idleTimeout <= until
}
