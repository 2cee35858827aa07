// What a test has set going and what goes wrong only when it is over: run by hand, the process would wait for it and fail, or
// blame the test that happens to run.
const { AsyncLocalStorage, createHook } = require('node:async_hooks')

const LONGEST_MS = 2000
const LOOK_MS = 20
const REQUEST = /Req/ // a file, a name or a connection that was asked for
const SERVER = /^(?:TCP|PIPE)SERVERWRAP$/
const { setImmediate, setTimeout } = globalThis // a test may leave stopped ones
const now = performance.now.bind(performance)

exports.Afterwards = class Afterwards {
  #owner = new AsyncLocalStorage()
  #rejected = new Map()
  #servers = new Map()
  #timers = new Map()
  #tell

  // Servers and timers, each with the test that it is of.
  constructor() {
    const init = (id, type, _, resource) => {
      if (type === 'Timeout') this.#timers.set(resource, this.owner)
      else if (SERVER.test(type)) this.#servers.set(id, [resource, this.owner])
    }
    createHook({ init, destroy: (id) => this.#servers.delete(id) }).enable()
  }

  // What is set going from here on is this test's.
  begin(test) {
    this.#owner.enterWith(test)
  }

  // The test that what runs now is of.
  get owner() {
    return this.#owner.getStore()
  }

  within(test, work) {
    return this.#owner.run(test, work)
  }

  // From here on `tell` hears of each error that comes late, with its test; of rejections at the end, when nobody can catch them any
  // more. `isLate(test, event)` is asked of each error, also where its test is not known. What is not goes to those who listen already, or
  // to who is to hear it `instead`. What it returns ends that.
  listen(isLate, tell, instead = {}) {
    this.#tell = tell
    const caught = (promise) => this.#rejected.delete(promise)
    process.on('rejectionHandled', caught)
    const ends = [
      this.#take('uncaughtException', isLate, tell, instead),
      this.#take('unhandledRejection', isLate, (test, error, promise) => this.#rejected.set(promise, [test, error]), instead),
      () => process.removeListener('rejectionHandled', caught),
    ]
    return () => {
      for (const end of ends) end()
    }
  }

  #take(event, isLate, tell, instead) {
    const before = process.rawListeners(event)
    const others = instead[event] ? [instead[event]] : before
    const hear = (error, ...more) => {
      const test = this.#owner.getStore()
      if (isLate(test, event)) tell(test, error, ...more)
      else for (const other of others) other.call(process, error, ...more)
    }
    process.removeAllListeners(event)
    process.on(event, hear)
    return () => {
      process.removeListener(event, hear)
      for (const other of before) process.on(event, other)
    }
  }

  // Of tests that are over, what would keep the process from coming to its end, in words.
  *lasting() {
    for (const [timer, test] of this.#timers)
      if (test && timer._repeat !== null && !timer._destroyed && timer.hasRef()) yield [test, lasts('an interval running', 'stop')]
    for (const [server, test] of this.#servers.values()) if (test && server.hasRef()) yield [test, lasts('a server open', 'close')]
  }

  // Waits for what comes soon, once for what comes again and again.
  async untilStill() {
    const until = now() + LONGEST_MS
    await new Promise((done) => setImmediate(done)) // by then promises that were rejected have been told of
    const begun = new Map([...this.#timers.keys()].map((timer) => [timer, timer._idleStart]))
    const isAwaited = (timer) => isSoon(timer, until) && (timer._repeat === null || begun.get(timer) === timer._idleStart)
    const isBusy = () => [...this.#timers.keys()].some(isAwaited) || process.getActiveResourcesInfo().some((name) => REQUEST.test(name))
    if (isBusy()) {
      while (isBusy() && now() < until) await this.#look()
      await this.#look() // what the last one has set going
    }
    for (const timer of this.#timers.keys()) if (timer._destroyed) this.#timers.delete(timer)
    for (const [test, error] of this.#rejected.values()) this.#tell(test, error)
    this.#rejected.clear()
  }

  #look() {
    return new Promise((done) => this.#timers.delete(setTimeout(done, LOOK_MS)))
  }
}

const lasts = (what, end) => `It leaves ${what}, which keeps the run from ending; ${end} it in the test, or in afterEach.`

// To those who mend tests the error alone says too little.
exports.inWords = (error) => `An error came when the test was over, from something that it does not wait for: ${error}`

// As Node keeps its timers: one that is over has no time left to wait.
function isSoon(timer, until) {
  if (timer._destroyed || timer._idleTimeout < 0 || timer.hasRef?.() === false) return false
  return timer._idleStart + timer._idleTimeout <= until
}
