// Whether an environment is still as it was at first: then a test that is run in it next, all code being loaded anew, is as
// much alone as in one of its own. In doubt it is not.
const { left } = require('./scratch.cjs')

const PATCHED = ['fs', 'fs/promises', 'http', 'https', 'net', 'dns', 'timers', 'timers/promises', 'child_process', 'crypto', 'os', 'path', 'events', 'util']
const OURS = /vitest|vite_|jest|testwright|^Console$/i
const STAYS = /Server|Socket|TCP|UDP|Pipe|FSEvent|StatWatcher|Process|Worker|MessagePort|TTY/
const REAL = Symbol.for('testwright.real') // as chance.cjs marks what it counts
const MATCHERS = Symbol.for('$$jest-matchers-object')
// Some are there only once they are asked for. These take their time; who asks for one has touched the world.
const DEAR = /^(FormData|Headers|Request|Response|MessageEvent|CloseEvent|WebSocket|EventSource|localStorage|sessionStorage)$/

exports.Untouched = class Untouched {
  #global
  #open = exports.open()
  #world

  constructor(global) {
    this.#global = global
    for (const owner of [global, ...PATCHED.map((name) => require(name))]) for (const name of Object.getOwnPropertyNames(owner)) if (!DEAR.test(name)) owner[name]
    this.#world = world(global)
  }

  get holds() {
    if (exports.hasOpenedMore(this.#open)) return false
    const now = world(this.#global)
    if (now.size !== this.#world.size) return false
    for (const [key, value] of now) if (!this.#world.has(key) || !Object.is(this.#world.get(key), value)) return false
    return true
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

// The modules of Node that are often patched, as they are now; what it returns puts them back.
exports.builtins = () => {
  const before = PATCHED.map((name) => [require(name), { ...require(name) }])
  return () => {
    for (const [owner, own] of before) for (const key of Object.keys(own)) if (owner[key] !== own[key]) owner[key] = own[key]
  }
}

// What can be reached by a name from anywhere, by that name; and what the process has open or has left behind.
function world(global) {
  const found = new Map()
  note(found, 'globalThis', global)
  for (const name of PATCHED) note(found, name, require(name))
  for (const name of Object.getOwnPropertyNames(global)) {
    if (OURS.test(name) || name === 'globalThis' || name === 'global') continue
    const { value } = Object.getOwnPropertyDescriptor(global, name)
    if (!isObject(value)) continue
    note(found, name, value)
    if (isObject(value.prototype)) note(found, `${name}.prototype`, value.prototype)
  }
  note(found, 'process.env', global.process.env)
  for (const name of global.process.eventNames()) found.set(`process on ${String(name)}`, global.process.listenerCount(name))
  found.set('cwd', process.cwd())
  found.set('argv', process.argv.join('\0'))
  found.set('exitCode', process.exitCode)
  found.set('matchers', Object.keys(global[MATCHERS]?.matchers ?? {}).join())
  found.set('scratch', left().join('\0'))
  return found
}

function note(found, name, owner) {
  for (const key of Reflect.ownKeys(owner)) {
    if (OURS.test(String(key))) continue
    const { value, get } = Object.getOwnPropertyDescriptor(owner, key) ?? {}
    found.set(`${name}.${String(key)}`, value?.[REAL] ?? value ?? get)
  }
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
