// What each case alone ran of the file under test: the difference of istanbul's counters before and after it.
const MOST_STATEMENTS = 20_000
const MOST_NAMES = 150_000

exports.Counters = class Counters {
  #path
  #names = 0
  #open = new Map()

  constructor(path) {
    this.#path = path
  }

  begin(key, global) {
    // Cases that run at the same time cannot be told apart.
    for (const other of this.#open.values()) other.alone = false
    const found = global.__coverage__?.[this.#path]
    this.#open.set(key, { alone: this.#open.size === 0, s: { ...found?.s }, b: copied(found?.b) })
  }

  // `{ lines, branches }`, or undefined where that cannot be told.
  end(key, global) {
    const before = this.#open.get(key)
    this.#open.delete(key)
    const found = global.__coverage__?.[this.#path]
    // With a map of their own the counters speak of compiled lines, and not of those that the author wrote.
    if (!before?.alone || !found || found.inputSourceMap || Object.keys(found.s).length > MOST_STATEMENTS) return undefined
    const lines = new Set()
    for (const [id, count] of Object.entries(found.s))
      if (count > (before.s[id] ?? 0)) lines.add(found.statementMap[id].start.line)
    const branches = []
    for (const [id, counts] of Object.entries(found.b)) {
      const { loc, line } = found.branchMap[id]
      counts.forEach((count, path) => {
        if (count > (before.b[id]?.[path] ?? 0)) branches.push(`${loc?.start?.line || line || 0}:${id}.${path}`)
      })
    }
    this.#names += lines.size + branches.length
    return this.#names > MOST_NAMES ? undefined : { lines: [...lines], branches }
  }
}

const copied = (branches) => Object.fromEntries(Object.entries(branches ?? {}).map(([id, counts]) => [id, [...counts]]))
