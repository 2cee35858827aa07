// One run of a suite with one mutant at work, or with none: what the runner tells of each case goes into a file line by line,
// because a mutant may end the process that tries it.
const { appendFileSync } = require('node:fs')

const FEWEST_CALLS = 5_000_000

class Endless extends Error {
  constructor() {
    super('Testwright: this does not come to an end')
    this.name = 'Endless'
  }
}

exports.Faced = class Faced {
  #journal
  #seen = new Set()

  constructor({ journal, mutant, calls }) {
    this.#journal = journal
    let left = mutant ? FEWEST_CALLS + 50 * (calls ?? 0) : Number.MAX_SAFE_INTEGER
    globalThis.__testwright_mutant__ = (number) => {
      if (--left < 0) throw new Endless()
      this.#seen.add(number)
      return number === mutant
    }
  }

  loaded() {
    this.#write({ loaded: this.#taken() })
  }

  broken(message) {
    this.#write({ broken: String(message).slice(0, 2000) || 'no reason given' })
  }

  begin(about) {
    this.#write({ begin: about })
  }

  end(about, state) {
    this.#write({ end: about, state, reached: this.#taken() })
  }

  #taken() {
    const taken = [...this.#seen]
    this.#seen.clear()
    return taken
  }

  #write(entry) {
    appendFileSync(this.#journal, `${JSON.stringify(entry)}\n`)
  }
}
