// Errors that come when the test that they are of is over: jest would blame the one that runs by then, or end before they come.
const { Afterwards, inWords } = require('../javascript/afterwards.cjs')

const afterwards = new Afterwards()
let stop

// Told of each event of jest-circus.
exports.hearLate = async ({ name }, { rootDescribeBlock }) => {
  if (name === 'run_start') {
    for (const test of testsIn(rootDescribeBlock)) test.fn = owned(test)
    stop = afterwards.listen((test) => test?.status === 'done', tell)
  } else if (name === 'run_finish') {
    await afterwards.untilStill()
    stop()
  }
}

function tell(test, error) {
  const said = error?.stack?.includes(error.message) ? error.stack : (error?.message ?? error)
  test.errors.push([Object.assign(new Error(), { message: inWords(error?.message ?? error), stack: inWords(said) }), test.asyncError])
}

// As many parameters as before: jest-circus waits for a callback where there is one.
function owned(test) {
  const { fn } = test
  if (fn?.constructor?.name === 'GeneratorFunction') return fn
  const within = function (...given) {
    return afterwards.within(test, () => fn.apply(this, given))
  }
  return Object.defineProperty(within, 'length', { value: fn?.length ?? 0 })
}

function* testsIn(block) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') yield* testsIn(child)
    else if (child.fn) yield child
  }
}
