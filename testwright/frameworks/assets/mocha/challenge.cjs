// mocha in a challenge: each case is repeated as mocha retries what failed, hooks and all, once for each mutant that it reaches.
const COUNTLESS = 1e9
const LOOK_MS = 50
// Threads that encrypt or pack are not among what Node calls active; they work, though.
const MOST_IDLE_MICROSECONDS = 2000
const { clearInterval, setInterval } = globalThis
const isTimeOut = (error) => error?.code === 'ERR_MOCHA_TIMEOUT'

// `about` says of a test what it is called. Resolves when all of them have ended.
exports.repeated = (mocha, challenge, about) =>
  new Promise((done) => {
    const runner = mocha.run(() => {
      challenge.finished()
      done()
    })
    new Repeating(runner, challenge, about)
  })

class Repeating {
  #copies = new WeakSet()
  #isOpen = false
  #error
  #copy
  #isIdle = false
  #challenge

  constructor(runner, challenge, about) {
    this.#challenge = challenge
    const [runTest, hookDown, hookUp] = ['runTest', 'hookDown', 'hookUp'].map((name) => runner[name].bind(runner))
    runner.on('test', (test) => {
      this.#error = undefined
      if (this.#copies.has(test)) return
      if (challenge.start(about(test))) return this.#prepare(test)
      test.pending = true
      runner.abort()
    })
    // A hook that fails is its test's failure here: else mocha would leave out all that comes after it.
    runner.hookDown = (name, next) =>
      hookDown(name, (error, suite) => {
        if (name !== 'beforeEach') return next(error, suite)
        this.#error = error
        next(undefined, suite)
      })
    runner.runTest = (next) => {
      const watch = this.#watch(runner)
      const ended = (error) => {
        clearInterval(watch)
        this.#error ??= error
        this.#isOpen = true
        next(new Error('once more'))
      }
      if (this.#error) ended()
      else runTest(ended)
    }
    runner.hookUp = (name, next) =>
      hookUp(name, (error, suite) => {
        if (name !== 'afterEach' || !this.#isOpen) return next(error, suite)
        this.#isOpen = false
        this.#error ??= error
        // The copy is there in any case, because mocha makes it before it runs these hooks.
        if (challenge.next(!this.#error, isTimeOut(this.#error), this.#isIdle)) this.#copy.timeout(challenge.milliseconds)
        else this.#copy.pending = true
        next()
      })
  }

  // A test that waits while nothing is under way waits in vain: its time is up at once, and nothing of it comes later.
  #watch(runner) {
    const before = underWay()
    let worked = process.cpuUsage()
    let idle = 0
    this.#isIdle = false
    const watch = setInterval(() => {
      const { timers, others } = underWay()
      const { user, system } = process.cpuUsage(worked)
      worked = process.cpuUsage()
      // One timer is mocha's own.
      const isIdle = timers <= Math.max(1, before.timers) && others <= before.others && user + system < MOST_IDLE_MICROSECONDS
      idle = isIdle ? idle + LOOK_MS : 0
      if (idle < this.#challenge.idleMilliseconds) return
      clearInterval(watch)
      this.#isIdle = true
      runner.test.timeout(1)
    }, LOOK_MS)
    return watch.unref()
  }

  #prepare(test) {
    test.retries(COUNTLESS)
    const clone = test.clone.bind(test)
    test.clone = () => {
      this.#copy = clone()
      this.#copies.add(this.#copy)
      this.#prepare(this.#copy)
      return this.#copy
    }
  }
}

// What keeps the process going. Where Node does not say, there is always something that may come.
function underWay() {
  const kinds = process.getActiveResourcesInfo?.()
  if (!kinds) return { timers: Number.NaN, others: Number.NaN }
  const timers = kinds.filter((kind) => kind === 'Timeout').length
  return { timers, others: kinds.length - timers }
}
