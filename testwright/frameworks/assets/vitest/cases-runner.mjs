// vitest's runner in a measured run: tells of each case what it alone ran of the file under test.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Base, root, shared, source } from './base.mjs'

const { Counters } = createRequire(shared)('./counters.cjs')
const counters = new Counters(join(root, source))

export default class CasesRunner extends Base {
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test)
    counters.begin(test, globalThis)
  }

  async onAfterRunTask(test) {
    test.meta.testwright = counters.end(test, globalThis)
    await super.onAfterRunTask?.(test)
  }
}
