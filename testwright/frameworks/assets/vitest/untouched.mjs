// Whether a worker is still as it was at first: then a test that is run in it next, all code being loaded anew, is as much alone
// as in a worker of its own. In doubt it is not: code that vitest does not load itself keeps what it remembers.
import { createRequire, isBuiltin } from 'node:module'

const require = createRequire(import.meta.url)
for (const name of ['chance', 'clock']) require(`../javascript/${name}.cjs`) // set-up loads them otherwise
const PATCHED = ['fs', 'fs/promises', 'http', 'https', 'net', 'dns', 'timers', 'timers/promises', 'child_process', 'crypto', 'os', 'path', 'events', 'util']
const OURS = /vitest|vite_|jest|testwright|^Console$/i
const STAYS = /Server|Socket|TCP|UDP|Pipe|FSEvent|StatWatcher|Process|Worker|MessagePort|TTY/
const REAL = Symbol.for('testwright.real') // as chance.cjs marks what it counts
// Some are there only once they are asked for. These take their time; who asks for one has touched the world.
const DEAR = /^(FormData|Headers|Request|Response|MessageEvent|CloseEvent|WebSocket|EventSource)$/
for (const name of Object.getOwnPropertyNames(globalThis)) if (!DEAR.test(name)) globalThis[name]

export class Untouched {
  #root
  #world
  #loaded

  constructor(root) {
    this.#root = `${root}/`
    this.#world = world()
    this.#loaded = Object.keys(require.cache).length
  }

  get holds() {
    const now = world()
    if (now.size !== this.#world.size || Object.keys(require.cache).length !== this.#loaded) return false
    for (const [key, value] of now) if (!this.#world.has(key) || !Object.is(this.#world.get(key), value)) return false
    return modules().every((id) => this.#isLoadedAnew(id))
  }

  #isLoadedAnew(id) {
    if (isBuiltin(id) || /[\\/]@?vitest[\\/]|[\\/]vite-node[\\/]|^\/@vite\//.test(id)) return true
    return id.startsWith(this.#root) && !id.includes('/node_modules/')
  }
}

function modules() {
  const worker = globalThis.__vitest_worker__
  return [...(worker.evaluatedModules?.idToModuleMap ?? worker.moduleCache).keys()]
}

// What can be reached by a name from anywhere, by that name; and what the process has open.
function world() {
  const found = new Map()
  note(found, 'globalThis', globalThis)
  for (const name of PATCHED) note(found, name, require(name))
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (OURS.test(name) || name === 'globalThis' || name === 'global') continue
    const { value } = Object.getOwnPropertyDescriptor(globalThis, name)
    if (!isObject(value)) continue
    note(found, name, value)
    if (isObject(value.prototype)) note(found, `${name}.prototype`, value.prototype)
  }
  note(found, 'process.env', process.env)
  for (const name of process.eventNames()) found.set(`process on ${String(name)}`, process.listenerCount(name))
  for (const name of process.getActiveResourcesInfo()) {
    if (STAYS.test(name)) found.set(`open ${name}`, (found.get(`open ${name}`) ?? 0) + 1)
  }
  found.set('cwd', process.cwd())
  found.set('argv', process.argv.join('\0'))
  found.set('exitCode', process.exitCode)
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
