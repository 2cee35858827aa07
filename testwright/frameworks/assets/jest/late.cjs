// Errors that come when the test that they are of is over: jest would blame the one that runs by then, or end before they come. And
// those of assertions that it never gets to hear.
const { Afterwards, inWords } = require('../javascript/afterwards.cjs')
const { Hearing } = require('../javascript/hearing.cjs')

const afterwards = new Afterwards()
const hearing = new Hearing(JSON.parse(process.env.TESTWRIGHT_ORDER).suites, afterwards)
let stop

hearing.toNode()

// Told of each event of jest-circus.
exports.hearLate = async ({ name, test }, { rootDescribeBlock }, global) => {
  if (name === 'run_start') {
    for (const test of testsIn(rootDescribeBlock)) test.fn = owned(test)
    hearing.toJest(global)
    stop = afterwards.listen((test) => test?.status === 'done', tell)
  } else if (name === 'test_done') {
    const unheard = test.errors.length || test.failing ? '' : hearing.complaint(test)
    if (unheard) test.errors.push([Object.assign(new Error(), { message: unheard, stack: unheard }), test.asyncError])
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
