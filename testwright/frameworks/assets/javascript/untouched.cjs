// Whether an environment is still as it was at first: then a test that is run in it next, all code being loaded anew, is as
// much alone as in one of its own. In doubt it is not.
const { left } = require('./scratch.cjs')
const { modules, worldOf } = require('./world.cjs')

const STAYS = /Server|Socket|TCP|UDP|Pipe|FSEvent|StatWatcher|Process|Worker|MessagePort|TTY/
const MATCHERS = Symbol.for('$$jest-matchers-object')

exports.Untouched = class Untouched {
  #global
  #open
  #world
  #facts

  constructor(global) {
    this.#global = global
    this.#world = worldOf(global)
    this.#facts = facts(global)
    this.#open = exports.open() // with what was asked for just now
  }

  get holds() {
    if (exports.hasOpenedMore(this.#open)) return false
    const now = facts(this.#global)
    return now.length === this.#facts.length && now.every((fact, place) => Object.is(fact, this.#facts[place])) && this.#world.isSame
  }
}

// What stays until the process ends.
exports.open = () => process.getActiveResourcesInfo().filter((name) => STAYS.test(name))

// Whether more of any kind is open now. Less says nothing: a thread that has just begun closes what it began by.
exports.hasOpenedMore = (before) => exports.hasMore(before, exports.open())

exports.hasMore = (before, now) => {
  const had = [...before]
  for (const name of now) {
    const index = had.indexOf(name)
    if (index < 0) return true
    had.splice(index, 1)
  }
  return false
}

// The modules of Node as they are now; what it returns puts them back.
exports.builtins = () => {
  const world = modules()
  return () => world.putBack()
}

// What the process has changed or has left behind beside that.
function facts(global) {
  const listening = global.process.eventNames().map((name) => `${String(name)} ${global.process.listenerCount(name)}`)
  const { defaultMaxListeners } = require('node:events')
  const matchers = Object.keys(global[MATCHERS]?.matchers ?? {})
  const printing = [process.stdout, process.stderr].map(({ write }) => write)
  return [process.cwd(), process.exitCode, defaultMaxListeners, ...listening.sort(), ...process.argv, ...printing, ...matchers, ...left()]
}
