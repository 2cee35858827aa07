// jest-circus in a challenge: each case is followed by copies of itself, one for each mutant that it reaches, so that
// jest-circus runs hooks and all as it always does.
const { relative } = require('node:path')
const { cannotReload, Challenge } = require('../javascript/challenge.cjs')
const { fromJest } = require('./parts.cjs')

const circus = fromJest('jest-circus/runner')
const run = circus.default ?? circus
const PART = 'testwright part '
const { root } = JSON.parse(process.env.TESTWRIGHT_ORDER)

module.exports = async function challenged(globalConfig, config, environment, runtime, testPath, ...rest) {
  const folder = process.env.TESTWRIGHT_CHALLENGE
  if (config.injectGlobals === false || runtime.unstable_shouldLoadAsEsm?.(testPath)) cannotReload(folder)
  const challenge = new Challenge(folder)
  challenge.install(environment.global)
  if (challenge.parts > 1) loadInParts(challenge, environment.global, runtime, testPath)
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

// The suite is loaded once for each part, each time in a group of its own, so that its hooks are for its cases alone.
function loadInParts(challenge, global, runtime, testPath) {
  const load = runtime.requireModule.bind(runtime)
  runtime.requireModule = (from, name, ...rest) => {
    if (from !== testPath || name !== undefined) return load(from, name, ...rest)
    for (let part = 0; part < challenge.parts; part++) {
      challenge.enter(part)
      if (part) runtime.resetModules()
      global.describe(`${PART}${part}`, () => {
        try {
          load(testPath)
          challenge.loaded()
        } catch (error) {
          challenge.broken(error?.message ?? error)
        }
      })
    }
  }
}

class Repeating {
  hasLoaded = false
  #copies = new WeakSet()
  #about = new Map()
  #isFake = false
  #part

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
    if (this.challenge.parts === 1) this.challenge.loaded()
    this.environment.global[Symbol.for('RETRY_TIMES')] = 0
    state.describeRetryOptions?.clear?.()
    if (this.challenge.parts === 1) this.#name(state.rootDescribeBlock)
    for (const group of this.challenge.parts === 1 ? [] : state.rootDescribeBlock.children) {
      if (group.name?.startsWith(PART)) this.#name(group, Number(group.name.slice(PART.length)))
    }
  }

  #name(group, part) {
    const counts = new Map()
    for (const [test, titles] of casesIn(group)) {
      const key = titles.join(' > ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
      test.concurrent = false // only one mutant can be at work
      this.#about.set(test, { id: `${key} #${counts.get(key)}`, titles, file: this.file, part })
    }
  }

  #start(test) {
    if (this.#copies.has(test) || test.mode === 'skip' || test.mode === 'todo') return
    this.#enter(this.#about.get(test).part)
    this.#about.get(test).nodes = new Set(this.environment.global?.document?.body?.childNodes ?? [])
    this.#isFake = this.#hasFakeClock()
    if (!this.challenge.start(withoutNodes(this.#about.get(test)))) test.mode = 'skip'
  }

  #enter(part) {
    if (part === this.#part) return
    this.#part = part
    this.challenge.enter(part)
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
