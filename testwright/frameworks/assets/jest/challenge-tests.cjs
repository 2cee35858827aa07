// jest-circus in a challenge: each case is followed by copies of itself, one for each mutant that it reaches, so that
// jest-circus runs hooks and all as it always does.
const { relative } = require('node:path')
const { Challenge } = require('../javascript/challenge.cjs')
const { fromJest } = require('./parts.cjs')

const circus = fromJest('jest-circus/runner')
const run = circus.default ?? circus
const { root } = JSON.parse(process.env.TESTWRIGHT_ORDER)

module.exports = async function challenged(globalConfig, config, environment, runtime, testPath, ...rest) {
  const challenge = new Challenge(process.env.TESTWRIGHT_CHALLENGE)
  challenge.install(environment.global)
  const repeating = new Repeating(challenge, environment, relative(root, testPath))
  const own = environment.handleTestEvent?.bind(environment)
  // On the instance: the class may be anybody's.
  environment.handleTestEvent = async (event, state) => {
    await own?.(event, state)
    await repeating.hear(event, state)
  }
  try {
    return await run(globalConfig, config, environment, runtime, testPath, ...rest)
  } catch (error) {
    if (!repeating.hasLoaded) challenge.broken(error?.message ?? error)
    throw error
  } finally {
    challenge.finished()
  }
}

class Repeating {
  hasLoaded = false
  #copies = new WeakSet()
  #about = new Map()
  #isFake = false

  constructor(challenge, environment, file) {
    Object.assign(this, { challenge, environment, file })
  }

  hear(event, state) {
    if (event.name === 'run_start') this.#loaded(state)
    else if (event.name === 'test_start') this.#start(event.test)
    else if (event.name === 'test_done') this.#done(event.test)
    else if (event.name === 'run_finish') this.#tidy(state.rootDescribeBlock)
  }

  #loaded(state) {
    this.hasLoaded = true
    this.challenge.loaded()
    this.environment.global[Symbol.for('RETRY_TIMES')] = 0
    state.describeRetryOptions?.clear?.()
    const counts = new Map()
    for (const [test, titles] of casesIn(state.rootDescribeBlock)) {
      const key = titles.join(' > ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
      test.concurrent = false // only one mutant can be at work
      this.#about.set(test, { id: `${key} #${counts.get(key)}`, titles, file: this.file })
    }
  }

  #start(test) {
    if (this.#copies.has(test) || test.mode === 'skip' || test.mode === 'todo') return
    this.#about.get(test).nodes = new Set(this.environment.global?.document?.body?.childNodes ?? [])
    this.#isFake = this.#hasFakeClock()
    if (!this.challenge.start(withoutNodes(this.#about.get(test)))) test.mode = 'skip'
  }

  #done(test) {
    const about = this.#about.get(test)
    if (!this.challenge.next(test.errors.length === 0, test.errors.some(isTimeOut))) return
    this.#restore(about)
    const copy = { ...test, errors: [], status: null, duration: null, startedAt: null, invocations: 0, numPassingAsserts: 0, retryReasons: [] }
    copy.timeout = this.challenge.milliseconds
    this.#copies.add(copy)
    this.#about.set(copy, about)
    const { children } = test.parent
    children.splice(children.indexOf(test) + 1, 0, copy)
  }

  // What a case that fails half-way may leave to the next repetition: a stopped clock, elements on the page.
  #restore({ nodes }) {
    if (!this.#isFake && this.#hasFakeClock()) this.environment.fakeTimersModern?.useRealTimers()
    for (const node of [...(this.environment.global?.document?.body?.childNodes ?? [])]) if (!nodes.has(node)) node.remove()
  }

  #hasFakeClock() {
    return this.environment.global?.setTimeout?.clock !== undefined
  }

  #tidy(block) {
    block.children = block.children.filter((child) => !this.#copies.has(child))
    block.tests = block.tests?.filter((test) => !this.#copies.has(test))
    for (const child of block.children) if (child.type === 'describeBlock') this.#tidy(child)
  }
}

function* casesIn(block, titles = []) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') yield* casesIn(child, [...titles, child.name])
    else yield [child, [...titles, child.name]]
  }
}

const withoutNodes = ({ id, titles, file }) => ({ id, titles, file })

const isTimeOut = (error) => /[Ee]xceeded timeout of/.test(String([error].flat()[0]?.message ?? [error].flat().find(Boolean)))
