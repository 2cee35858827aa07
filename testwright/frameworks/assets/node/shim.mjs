// What a module imports as node:test.
const names = globalThis.__testwright_node_test__

export const { after, afterEach, assert, before, beforeEach, describe, it, mock, only, run, skip, snapshot, suite, test, todo } = names
export default test
