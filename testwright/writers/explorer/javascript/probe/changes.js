// Changes to the code that no test notices: calls are sought whose outcome tells the changed code from the real one.
const left = new Set(plan.changes)
const telltales = []
let changed
let working = 0
let passed = new Set()

// All changes are built into one text, asleep; one at a time is woken.
globalThis.__testwright_mutant__ = (number) => {
  passed.add(number)
  return number === working
}

async function loadChanged() {
  if (plan.changes.length) changed = { ...unit, ...(await loadFrom(plan.changed)) }
}

// React must stay one: where loading anew would bring another, components and hooks keep their module.
let canForget = true
let isChanged = false

async function renew() {
  unit = await load(true)
  if (isChanged) unit = changed = { ...unit, ...(await loadFrom(plan.changed)) }
}

async function seeWhetherItForgets() {
  if (!plan.react) return
  forget()
  canForget = (await reactAgain()).useState === react.useState
}

// One change after another for what this call passes; each is told apart once, by the first call that does.
async function tryChanges(job, seen) {
  if (!changed || !left.size || !isTellable(seen.outcome)) return
  const real = unit
  unit = changed
  isChanged = true
  try {
    passed = new Set()
    const asleep = await observe(job)
    if (signature(asleep) !== signature(seen)) return
    for (const number of [...passed].filter((each) => left.has(each))) {
      working = number
      // A boundary case has a minus sign: to meet it is all.
      if (number > 0 && signature(await observe(job)) === signature(seen)) continue
      left.delete(number)
      telltales.push({ job, seen, change: number })
    }
  } finally {
    working = 0
    isChanged = false
    unit = real
  }
}

// Whether the call, by itself, tells this change from the real code, or meets this boundary case.
async function shows(change, job, seen) {
  if (!isTellable(seen.outcome) || !isWritable(job, seen)) return false
  const real = unit
  unit = changed
  isChanged = true
  working = change
  passed = new Set()
  try {
    const other = await observe(job)
    return change > 0 ? signature(other) !== signature(seen) : passed.has(change)
  } finally {
    working = 0
    isChanged = false
    unit = real
  }
}

function isTellable(outcome) {
  return outcome.kind === 'value' || (outcome.kind === 'throws' && outcome.own)
}

async function tellTelltales(stop, isShort) {
  const told = []
  for (const { change, ...found } of telltales) {
    if (stop()) break
    const { job, seen } = await simplified(found, isShort, (_, plainer, smaller) => shows(change, smaller, plainer))
    const answer = job.answer === undefined ? null : answersOf(job.target)[job.answer]
    if (await holdsAfresh(job, seen)) told.push({ target: job.target.id, args: job.args, steps: job.steps, isExample: false, answer, ...seen, ways: undefined, change })
  }
  return told
}
