// Whether a worker is still as it was at first. In doubt it is not: code that vitest does not load itself keeps what it
// remembers.
import { createRequire, isBuiltin } from 'node:module'

const require = createRequire(import.meta.url)
const { Untouched } = require('../javascript/untouched.cjs')
for (const name of ['turn', 'unending']) require(`../javascript/${name}.cjs`) // set-up loads them otherwise

export class UntouchedWorker {
  #root
  #world = new Untouched(globalThis)
  #loaded = Object.keys(require.cache).length

  constructor(root) {
    this.#root = `${root}/`
  }

  get holds() {
    if (Object.keys(require.cache).length !== this.#loaded || !this.#world.holds) return false
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
