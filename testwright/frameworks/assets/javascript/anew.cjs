// Makes Node load everything anew that a suite imports or requires, from one run in a process to the next.
const Module = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { types } = require('node:util')

exports.Anew = class Anew {
  #run = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  #atFirst = new Set(Object.keys(require.cache))

  constructor() {
    Module.register?.(pathToFileURL(join(__dirname, 'anew.mjs')), { data: { run: this.#run } })
  }

  // Whether nothing that was loaded keeps what it remembers: compiled code does, and a module that was required as if it were CommonJS.
  get forgetsAll() {
    return Boolean(Module.register) && this.#since.every((path) => !path.endsWith('.node') && !isModule(require.cache[path].exports))
  }

  forget() {
    for (const path of this.#since) delete require.cache[path]
    Atomics.add(this.#run, 0, 1)
  }

  get #since() {
    return Object.keys(require.cache).filter((path) => !this.#atFirst.has(path))
  }
}

const isModule = (exports) => types.isModuleNamespaceObject(exports)
