// What each case alone did: what it ran of the file under test, which is the difference of istanbul's counters before and after it, and what
// it left in the home folder.
const { leftAtHome, seenAtHome } = require('./home.cjs')

const MOST_STATEMENTS = 20_000
const MOST_NAMES = 150_000
const MOST_MAPPED = 40_000

exports.Counters = class Counters {
  #path
  #canMap
  #names = 0
  #mapped = 0
  #open = new Map()

  constructor(path, { canMap = false } = {}) {
    this.#path = path
    this.#canMap = canMap
  }

  begin(key, global) {
    // Cases that run at the same time cannot be told apart.
    for (const other of this.#open.values()) other.alone = false
    const found = global.__coverage__?.[this.#path]
    this.#open.set(key, { alone: this.#open.size === 0, s: { ...found?.s }, b: copied(found?.b), home: seenAtHome() })
  }

  // `{ lines, branches, home }`, or what of it can be told.
  end(key, global) {
    const before = this.#open.get(key)
    const home = before?.alone ? leftAtHome(before.home) : undefined
    const measured = this.#measured(key, global)
    return home ? { ...measured, home } : measured
  }

  // `{ lines, branches }`, or undefined where that cannot be told. With a map of their own the counters speak of compiled
  // lines, and not of those that the author wrote: `{ unmapped }` then, as istanbul has it, of this case alone.
  #measured(key, global) {
    const before = this.#open.get(key)
    this.#open.delete(key)
    const found = global.__coverage__?.[this.#path]
    if (!before?.alone || !found || Object.keys(found.s).length > MOST_STATEMENTS) return undefined
    if (found.inputSourceMap) {
      this.#mapped += Object.keys(found.s).length
      return !this.#canMap || this.#mapped > MOST_MAPPED ? undefined : { unmapped: { ...found, ...since(before, found) } }
    }
    const { lines, branches } = ran({ ...found, ...since(before, found) })
    this.#names += lines.length + branches.length
    return this.#names > MOST_NAMES ? undefined : { lines, branches }
  }
}

// The names of the lines and branches that istanbul's counters say were run.
function ran({ s, b, statementMap, branchMap }) {
  const lines = new Set()
  for (const [id, count] of Object.entries(s)) if (count > 0) lines.add(statementMap[id].start.line)
  const branches = []
  for (const [id, counts] of Object.entries(b)) {
    const { loc, line } = branchMap[id]
    counts.forEach((count, path) => {
      if (count > 0) branches.push(`${loc?.start?.line || line || 0}:${id}.${path}`)
    })
  }
  return { lines: [...lines], branches }
}

exports.ran = ran

function since(before, { s, b }) {
  const each = (now, then) => Object.entries(now).map(([id, count]) => [id, count - (then[id] ?? 0)])
  const paths = Object.entries(b).map(([id, counts]) => [id, counts.map((count, path) => count - (before.b[id]?.[path] ?? 0))])
  return { s: Object.fromEntries(each(s, before.s)), b: Object.fromEntries(paths) }
}

const copied = (branches) => Object.fromEntries(Object.entries(branches ?? {}).map(([id, counts]) => [id, [...counts]]))
