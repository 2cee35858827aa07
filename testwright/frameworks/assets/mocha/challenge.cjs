// mocha in a challenge: each case is repeated as mocha retries what failed, hooks and all, once for each mutant that it reaches.
const COUNTLESS = 1e9
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

  constructor(runner, challenge, about) {
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
      const ended = (error) => {
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
        if (challenge.next(!this.#error, isTimeOut(this.#error))) this.#copy.timeout(challenge.milliseconds)
        else this.#copy.pending = true
        next()
      })
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
