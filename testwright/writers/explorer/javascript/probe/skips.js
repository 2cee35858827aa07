// What cannot be told as tests, and why: single calls that must not be made again, and targets of which nothing is told.
const passedOver = new Map()

function passOver({ target, args, steps }, because) {
  const key = `${target.id} ${because}`
  if (!passedOver.has(key)) passedOver.set(key, [target.id, args, steps, because])
}

let hurried = false

// Of each target how its calls went, so that silence can be explained.
const ledgers = new Map()

function ledgerOf(target) {
  if (!ledgers.has(target)) ledgers.set(target, { calls: 0, values: 0, late: 0, unsteady: 0, errors: new Map() })
  return ledgers.get(target)
}

function enter(target, { outcome }) {
  const ledger = ledgerOf(target)
  ledger.calls++
  if (outcome.kind === 'late') ledger.late++
  else if (outcome.kind === 'value') ledger.values++
  else if (outcome.name) {
    const said = `${outcome.name}: ${outcome.message}`
    ledger.errors.set(said, (ledger.errors.get(said) ?? 0) + 1)
  }
}

function silentOnes() {
  return plan.targets.map((target) => [target.id, reasonOf(target)])
}

// Why there is nothing to call: `export const NOTHING = Symbol.for('nothing')` may be a function, by its text.
function missingIn(target) {
  const found = reach(target.path)
  if (found === undefined) return 'it is not there once the file is loaded'
  return typeof found === 'function' || target.kind === 'component' ? '' : 'it is a value, nothing to call'
}

function reasonOf(target) {
  const missing = missingIn(target)
  if (missing) return missing
  const { calls, values, late, unsteady, errors } = ledgerOf(target)
  if (!calls) return 'there was no time left to call it'
  if (unsteady) return 'what it gives differs from one run to the next'
  if (late) return 'what it promises had not come after 0.3 s'
  const [said] = [...errors].sort((a, b) => b[1] - a[1])[0] ?? []
  if (hurried && values) return 'there was no time left to make sure of what was seen'
  if (!values && said) return `none of ${calls} calls came to a result; most ended with ${said.slice(0, 160)}`
  return 'what it gives cannot be written down'
}
