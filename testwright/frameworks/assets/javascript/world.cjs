// What can be reached by a name from anywhere, as it was at first: globals and the modules of Node, what they consist of, and what
// that consists of. Its parts are known by identity, so that to look at all of it again takes a millisecond.
const OURS = /vitest|vite_|jest|testwright|^Console$/i
const REAL = Symbol.for('testwright.real') // as chance.cjs marks what it counts
// Some are there only once they are asked for. These take their time; who asks for one has touched the world.
const DEAR = /^(FormData|Headers|Request|Response|MessageEvent|CloseEvent|WebSocket|EventSource|localStorage|sessionStorage)$/
// What grows while anything is loaded or run, and what is the world itself.
const MOVES = /^(_events|_eventsCount|_cache|_pathCache|_preloadModules|mainModule|moduleLoadList|global|globalThis|Symbol\(EVENT_HANDLERS\))$/
// Not loaded: what takes long, is still being tried out, or says that it is out of date.
const MODULES = `assert async_hooks buffer child_process console crypto dgram diagnostics_channel dns dns/promises events fs fs/promises http https
module net os path perf_hooks process querystring readline stream stream/promises string_decoder timers timers/promises tls tty url util v8 vm
worker_threads zlib`.split(/\s+/)
const DEPTH = 2

class World {
  #parts = new Map()

  // Of the owner's own accessors it is asked what they give; of those further down not, as some open what they give.
  add(owner, depth = DEPTH, asks = true) {
    const queue = [[owner, depth]]
    for (const [part, deeper] of queue) {
      if (this.#parts.has(part)) continue
      const found = ownOf(part)
      this.#parts.set(part, found)
      if (!deeper) continue
      for (const [key, value] of found.held) if (isMadeOf(value) || (key === 'prototype' && isObject(value))) queue.push([value, deeper - 1])
      if (part !== owner || !asks) continue
      for (const [key] of found.given) {
        const value = DEAR.test(String(key)) ? null : asked(owner, key)
        if (isMadeOf(value)) queue.push([value, deeper - 1])
      }
    }
  }

  get isSame() {
    for (const [part, found] of this.#parts) if (!isAsBefore(part, found)) return false
    return true
  }

  putBack() {
    for (const [part, found] of this.#parts) {
      if (isAsBefore(part, found)) continue
      for (const key of namesOf(part)) if (!found.names.has(key)) Reflect.deleteProperty(part, key)
      for (const [key, value] of found.held) if (part[key] !== value) Reflect.set(part, key, value)
    }
  }
}

class Worlds {
  #all

  constructor(...all) {
    this.#all = all
  }

  get isSame() {
    return this.#all.every((world) => world.isSame)
  }
}

// Of the modules there is one world in a process, for as long as they are as they were.
let ofNode

exports.worldOf = (global) => {
  quietly(() => {
    for (const owner of [global, ...MODULES.filter((name) => name !== 'process').map((name) => require(name))])
      for (const key of Object.getOwnPropertyNames(owner)) if (!DEAR.test(key)) asked(owner, key)
  })
  const world = new World()
  world.add(global.Intl) // its classes are a step further away than others
  world.add(global)
  for (const name of ['process', 'Buffer', 'crypto', 'performance', 'navigator'])
    if (isObject(global[name])) world.add(global[name], DEPTH - 1, false)
  world.add(global.process.env, 0)
  if (!ofNode?.isSame) ofNode = exports.modules()
  return new Worlds(world, ofNode)
}

exports.modules = () => {
  const world = new World()
  for (const name of MODULES) world.add(require(name), DEPTH, name !== 'process')
  const { inspect } = require('util')
  for (const part of [inspect.defaultOptions, inspect.colors, inspect.styles, require('http').globalAgent, require('https').globalAgent]) world.add(part, 0)
  return world
}

function ownOf(part) {
  const [held, given] = [[], []]
  const keys = namesOf(part)
  for (const key of Object.isFrozen(part) ? [] : keys) {
    if (MOVES.test(String(key)) || (typeof part === 'function' && (key === 'length' || key === 'name'))) continue
    const { get } = Object.getOwnPropertyDescriptor(part, key) ?? {}
    if (get) given.push([key, get])
    else held.push([key, heldBy(part, key)])
  }
  return { names: new Set(keys), held, given }
}

function isAsBefore(part, { names, held, given }) {
  const keys = Reflect.ownKeys(part)
  if (keys.length !== names.size && keys.filter(isTheirs).length !== names.size) return false
  for (const [key, value] of held) {
    if (part[key] !== value && !Object.is(heldBy(part, key), value)) return false
  }
  return given.every(([key, get]) => Object.getOwnPropertyDescriptor(part, key)?.get === get)
}

// What is really there: a stopped clock answers otherwise.
function heldBy(part, key) {
  const value = Object.getOwnPropertyDescriptor(part, key)?.value
  return typeof value === 'function' ? (value[REAL] ?? value) : value
}

const namesOf = (part) => Reflect.ownKeys(part).filter(isTheirs)

const isTheirs = (key) => !OURS.test(String(key))

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'

// Functions, lists and plain objects, of whatever realm.
function isMadeOf(value) {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  const above = Object.getPrototypeOf(value)
  return Array.isArray(value) || above === null || Object.getPrototypeOf(above) === null
}

function asked(owner, key) {
  try {
    return owner[key]
  } catch {
    return null
  }
}

// What is out of date says so to whoever asks for it.
function quietly(work) {
  const before = Object.getOwnPropertyDescriptor(process, 'noDeprecation')
  process.noDeprecation = true
  try {
    return work()
  } finally {
    if (before) Object.defineProperty(process, 'noDeprecation', before)
    else delete process.noDeprecation
  }
}
