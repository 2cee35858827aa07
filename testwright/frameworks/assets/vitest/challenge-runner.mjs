// vitest's runner in a challenge: lets vitest itself repeat each case, hooks and fixtures included, once for each mutant
// that it reaches. Says the same to vitest 1 to 4.
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { Base, getFn, root, runAnew, shared, startTests, vitest } from './base.mjs'

const { cannotReload, Challenge } = createRequire(shared)('./challenge.cjs')
const { setTimeout, clearTimeout } = globalThis

if (!startTests) cannotReload(process.env.TESTWRIGHT_CHALLENGE)
const challenge = new Challenge(process.env.TESTWRIGHT_CHALLENGE)
challenge.install(globalThis)

// An error that a browser would report, and that makes vitest call the whole run a failure: a click's, say.
let upsets = 0
globalThis.window?.addEventListener?.('error', () => {
  upsets += 1
})

export default class ChallengeRunner extends Base {
  #asked = new Map()
  #hung = false
  isNested = false

  async onCollected(files) {
    await super.onCollected?.(files)
    const failed = files.find((file) => file.result?.state === 'fail')
    if (failed) challenge.broken(failed.result.errors?.[0]?.message ?? '')
    else challenge.loaded()
    const counts = new Map()
    for (const file of files) this.#prepare(file, [], counts)
  }

  // One case at a time: only one mutant can be at work.
  #prepare(group, titles, counts) {
    group.shuffle = false
    for (const task of group.tasks) {
      task.concurrent = false
      const path = [...titles, task.name]
      if (task.type === 'suite') {
        this.#prepare(task, path, counts)
        continue
      }
      const key = path.join(' > ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
      const about = { id: `${key} #${counts.get(key)}`, titles: path, file: relative(root, task.file.filepath), each: Boolean(task.each) }
      this.#asked.set(task, about)
    }
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test)
    if (test.mode !== 'run' && test.mode !== 'queued') return
    if (!challenge.start(this.#asked.get(test))) {
      test.mode = 'skip'
      return
    }
    test.retry = 0
    test.repeats = this.#repeats(test)
  }

  // vitest counts up to `repeats`, and reads it before each repetition: that is when we say whether there is one more.
  #repeats(test) {
    let begun = 0
    let isCalm = true
    const atFirst = surroundings()
    return {
      valueOf: () => {
        const isUpset = upsets > 0
        upsets = 0
        if (begun++ === 0) return 0
        const { result } = test
        if (begun === 2) isCalm = !isUpset
        const failed = result.state === 'fail' || (isCalm && isUpset)
        const hung = this.#hung || (failed && result.errors?.some((error) => /timed out in \d+ ?ms/.test(error.message)))
        this.#hung = false
        if (!challenge.next(test.fails ? failed : !failed, hung)) return -1
        result.state = 'run'
        result.errors = undefined
        test.promises = undefined // vitest 1 would wait for those of the repetition before
        restore(atFirst)
        return begun
      },
    }
  }

  async runTask(test) {
    let timer
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => {
        this.#hung = true
        reject(new Error('Testwright: this case does not come to an end'))
      }, challenge.milliseconds)
    })
    try {
      await Promise.race([getFn(test)(), limit])
    } finally {
      clearTimeout(timer)
    }
  }

  async onAfterRunTask(test) {
    if (typeof test.repeats === 'object') test.repeats = undefined
    await super.onAfterRunTask?.(test)
  }

  async onAfterRunFiles(files) {
    challenge.finished()
    if (!this.isNested) {
      const paths = files.map((file) => file.filepath)
      while (startTests && challenge.reloads()) await runAnew(this, paths)
    }
    await super.onAfterRunFiles?.(files)
  }
}

// What a case that fails half-way may leave to the next repetition: a stopped clock, elements on the page.
function surroundings() {
  return { isFake: vitest.vi.isFakeTimers(), nodes: new Set(globalThis.document?.body?.childNodes ?? []) }
}

function restore({ isFake, nodes }) {
  if (!isFake && vitest.vi.isFakeTimers()) vitest.vi.useRealTimers()
  for (const node of [...(globalThis.document?.body?.childNodes ?? [])]) if (!nodes.has(node)) node.remove()
}
