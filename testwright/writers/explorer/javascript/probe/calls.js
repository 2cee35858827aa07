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
  if (error instanceof Unmade || (served.url && String(error?.message).includes(served.url))) return NOISE
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
  if (job.steps.length) return liveThrough(job)
  const spies = []
  let args = []
  let before = []
  let given
  const outcome = await attempt(
    () => {
      args = job.args.map((tree) => decode(tree, spies))
      before = args.map((arg) => JSON.stringify(encode(arg)))
      return isAwaiting(job.args) ? heardBack(() => callTarget(job.target, args)) : callTarget(job.target, args)
    },
    (value) => (given = value),
  )
  const after = args.map((arg, index) => {
    const now = encode(arg)
    return JSON.stringify(now) === before[index] ? null : { now }
  })
  const ways = args.includes(given) ? [] : waysOn(given, job.target)
  return { outcome, after, ways, files: changedFiles(), spies: heardBy(spies) }
}

function callTarget({ path }, args) {
  return path.length ? reach(path.slice(0, -1))[path.at(-1)](...args) : unit(...args)
}

// `look` sees the value itself, before it becomes plain data.
async function attempt(work, look = () => {}) {
  let given
  hearing = true
  try {
    given = work()
  } catch (error) {
    return thrown(error, false)
  }
  try {
    if (typeof given?.then !== 'function') hearing = isPatient
    const { value, error, late, isAsync } = await settled(given)
    if (late) return { kind: 'late' }
    if (error !== undefined) return thrown(error, isAsync)
    look(value)
    return { kind: 'value', tree: told(value), isAsync }
  } catch {
    return NOISE // what throws when it is looked at is no answer, and no error of the call
  } finally {
    hearing = isPatient
  }
}

function isIterator(value) {
  return value !== null && typeof value === 'object' && typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function'
}

function told(value) {
  if (!isIterator(value)) return encode(value)
  const items = []
  for (const item of value) {
    if (items.length === 20) return CUT
    items.push(item)
  }
  return { $: 'iterator', v: encode(items) }
}
