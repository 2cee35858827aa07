// The scratch folder, so that one run finds no more of the one before than if it were the first.
const { readdirSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

// Ours, and what runners keep there for themselves: vitest in a folder with a name of 21 characters.
const KEPT = /^testwright-|^vite|^jest|compile-cache|^[\w-]{21}$/

exports.left = () => readdirSync(tmpdir()).filter((name) => !KEPT.test(name))

exports.Scratch = class Scratch {
  // Only a sandbox says where reports go; elsewhere nothing is ours to remove.
  #isOurs = Boolean(process.env.OUT)
  #before = new Set(exports.left())

  clean() {
    for (const name of this.#isOurs ? exports.left() : []) {
      if (!this.#before.has(name)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
    }
  }
}
