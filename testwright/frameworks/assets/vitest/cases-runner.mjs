// vitest's runner in an ordinary run: tells of each case what it alone ran of the file under test, and which one is
// running.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Base, coverage, marker, root, shared, source } from './base.mjs'

const { Counters } = createRequire(shared)('./counters.cjs')
const counters = new Counters(join(root, source))
// Set where each case is run alone: the only one of this environment.
const pattern = process.env.TESTWRIGHT_PATTERN && new RegExp(process.env.TESTWRIGHT_PATTERN)
let started = 0

export default class CasesRunner extends Base {
  async onCollected(files) {
    await super.onCollected?.(files)
    if (pattern) for (const file of files) leaveOut(file, [])
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test)
    if (test.mode === 'skip' || test.mode === 'todo') return
    if (marker) writeFileSync(marker, JSON.stringify({ started: (started += 1), pid: process.pid, ...named(test) }))
    globalThis.__testwright_chance__?.begin()
    if (coverage) counters.begin(test, globalThis)
  }

  async onAfterRunTask(test) {
    if (coverage) test.meta.testwright = counters.end(test, globalThis)
    if (globalThis.__testwright_chance__?.drew()) test.meta.testwright = { ...test.meta.testwright, drew: true }
    if (marker) writeFileSync(marker, '')
    await super.onAfterRunTask?.(test)
  }
}

function leaveOut(group, titles) {
  for (const task of group.tasks) {
    const path = [...titles, task.name]
    if (task.type === 'suite') leaveOut(task, path)
    else if (!pattern.test(path.join(' '))) task.mode = 'skip'
  }
}

function named(test) {
  const titles = [test.name]
  for (let group = test.suite; group?.name && group !== test.file; group = group.suite) titles.unshift(group.name)
  return { titles, file: test.file.filepath, isRow: Boolean(test.each) }
}
