// One call, or one object's life, watched: what came back, what was thrown and by whom, which branches ran.
const LONGEST_WAIT = 300

function counters() {
  const all = globalThis.__coverage__ ?? {}
  return all[plan.source]
}

const totals = new Map()

// What ran since the last time, and the counters as if nothing had. Kept apart so that coverage can be put back.
function touched() {
  const found = []
  const file = counters()
  if (!file) return found
  for (const [kind, counts] of [['s', file.s], ['f', file.f]])
    for (const key in counts)
      if (counts[key]) {
        if (kind === 's') found.push(`s${key}`)
        totals.set(`${kind}${key}`, (totals.get(`${kind}${key}`) ?? 0) + counts[key])
        counts[key] = 0
      }
  for (const key in file.b)
    file.b[key].forEach((count, index) => {
      if (!count) return
      found.push(`b${key}.${index}`)
      totals.set(`b${key}.${index}`, (totals.get(`b${key}.${index}`) ?? 0) + count)
      file.b[key][index] = 0
    })
  return found
}

async function settled(value) {
  if (value === null || typeof value !== 'object' || typeof value.then !== 'function') return { value, isAsync: false }
  let timer
  const late = new Promise((resolve) => {
    timer = realSetTimeout(() => resolve({ late: true, isAsync: true }), LONGEST_WAIT)
  })
  const outcome = await Promise.race([
    value.then(
      (result) => ({ value: result, isAsync: true }),
      (error) => ({ error, isAsync: true }),
    ),
    late,
  ])
  clearTimeout(timer)
  return outcome
}

const realSetTimeout = globalThis.setTimeout

const NOISE = { kind: 'throws', name: '', message: '', own: false, isAsync: false, isError: false }

function thrown(error, isAsync) {
  if (error instanceof Unmade) return NOISE
  const isError = error instanceof Error || Object.prototype.toString.call(error) === '[object Error]'
  const message = isError ? String(error.message) : ''
  const name = isError ? String(error.constructor?.name || error.name) : ''
  const internal = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'URIError', 'EvalError', 'DOMException', ''].includes(name)
  const said = plan.thrown.some((piece) => piece.length > 2 && message.includes(piece))
  const frame = isError ? (String(error.stack).split('\n').find((line) => /^\s*at /.test(line)) ?? '') : ''
  const own = isError && (said || (!internal && name !== 'Error' && plan.classes.includes(name)) || (!internal && frame.includes(plan.stem) && message !== ''))
  return { kind: 'throws', name, message: message.slice(0, 300), own, isAsync, isError, inside: isError && String(error.stack).includes(plan.stem) }
}

async function callFunction(job) {
  const spies = []
  const owner = reach(job.target.path.slice(0, -1))
  const called = job.target.path.at(-1)
  let args = []
  let before = []
  const outcome = await attempt(() => {
    args = job.args.map((tree) => decode(tree, spies))
    before = args.map((arg) => JSON.stringify(encode(arg)))
    return job.target.path.length ? owner[called](...args) : unit(...args)
  }, job.target)
  const after = args.map((arg, index) => {
    const now = encode(arg)
    return JSON.stringify(now) === before[index] ? null : { now }
  })
  return { outcome, after, spies: spies.map(([name, spy]) => [name, spy.calls]) }
}

async function attempt(work, target) {
  try {
    const { value, error, late, isAsync } = await settled(work())
    if (late) return { kind: 'late' }
    if (error !== undefined) return thrown(error, isAsync)
    return { kind: 'value', tree: told(value, target), isAsync }
  } catch (error) {
    return thrown(error, false)
  }
}

function told(value, target) {
  const steps = value !== null && typeof value === 'object' && typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function'
  if (!steps) return encode(value)
  const items = []
  for (const item of value) {
    if (items.length === 20) return CUT
    items.push(item)
  }
  return { $: 'iterator', v: encode(items) }
}

async function liveThrough(job) {
  const spies = []
  const Made = reach(job.target.path)
  let made
  const steps = []
  const birth = await attempt(() => {
    made = new Made(...job.args.map((tree) => decode(tree, spies)))
    return undefined
  })
  if (birth.kind === 'throws') return { outcome: birth, lived: [], seen: [], spies: [] }
  let before = []
  for (const [index, step] of job.steps.entries()) {
    if (index === job.steps.length - 1) before = (await sightsOf(made, job.target)).map((sight) => JSON.stringify(sight))
    let isSelf = false
    const outcome = await attempt(() => {
      const result = step.getter ? made[step.name] : made[step.name](...step.args.map((tree) => decode(tree, spies)))
      isSelf = result === made
      return isSelf ? undefined : result
    })
    steps.push({ ...outcome, isSelf })
    if (outcome.kind !== 'value') break
  }
  // An end on the way belongs to the shorter life, which is tried on its own.
  const isCut = steps.length < job.steps.length
  return { outcome: isCut ? NOISE : (steps.at(-1) ?? birth), lived: steps, seen: await changedSights(made, job.target, before), spies: spies.map(([name, spy]) => [name, spy.calls]) }
}

const QUERY = /^(is|has|can|get|to|size|count|total|length|list|keys|values|entries|peek|first|last|free|all|name|toString|toJSON|valueOf|snapshot|state|status)/

// `moved` marks what the last step changed.
async function changedSights(made, target, before) {
  return (await sightsOf(made, target)).map((sight) => ({ ...sight, moved: !before.includes(JSON.stringify(sight)) }))
}

// What an object shows of itself when asked: getters, public data, and methods whose names are questions.
async function sightsOf(made, target) {
  const seen = []
  for (const method of target.methods) {
    if (method.kind === 'method' && (method.params.some((parameter) => !parameter.optional) || !QUERY.test(method.name))) continue
    const outcome = await attempt(() => (method.kind === 'getter' ? made[method.name] : made[method.name]()))
    if (outcome.kind === 'value') seen.push({ name: method.name, getter: method.kind === 'getter', tree: outcome.tree, isAsync: outcome.isAsync })
  }
  for (const field of target.fields)
    if (Object.hasOwn(made, field)) seen.push({ name: field, getter: true, tree: encode(made[field]), isAsync: false })
  return seen
}
