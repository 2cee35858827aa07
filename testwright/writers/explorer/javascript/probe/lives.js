// A life: something is made, by `new` or by a call, then used step by step, and asked what it has become.
async function liveThrough(job) {
  const isTimed = job.steps.some(isPassing)
  if (!isTimed) return lifeOf(job)
  isPatient = true
  mocker.useFakeTimers({ now: new Date(plan.today) })
  try {
    return await lifeOf(job)
  } finally {
    mocker.useRealTimers()
  }
}

const A_SECOND = { act: 'advance', ms: 1000 }
const isPassing = ({ act }) => act === 'advance'

// Whoever sets a timer wants to be seen once it has run out; what is asked for twice may come once.
function waitingFor(job, step) {
  if (!job.target.isTimed) return []
  const lasting = step ? [[step, A_SECOND], [step, step, A_SECOND]] : [[A_SECOND]]
  return lasting.map((steps) => ({ ...job, steps: [...job.steps, ...steps], isExample: false }))
}

async function lifeOf(job) {
  const spies = []
  const isClass = job.target.kind === 'class'
  let made
  const steps = []
  const birth = await attempt(
    () => {
      const args = job.args.map((tree) => decode(tree, spies))
      return isClass ? new (reach(job.target.path))(...args) : callTarget(job.target, args)
    },
    (value) => (made = value),
  )
  if (birth.kind !== 'value') return { outcome: birth, lived: [], seen: [], spies: [] }
  const events = eventsOn(made)
  const ways = isClass ? job.target.methods : waysOn(made, job.target)
  const fields = isClass ? job.target.fields : dataOf(made, job.target.gives)
  // A server hears of each question, so only that is asked which a test is about.
  const asked = isServed(job) ? ways.filter(({ kind }) => kind === 'getter') : ways
  let before = []
  const born = touched()
  const between = []
  for (const [index, step] of job.steps.entries()) {
    // Before anything else may come to pass: who listens late hears nothing.
    const coming = isEmitting(step) ? nextEvent(made, step.event) : null
    if (index === job.steps.length - 1) {
      between.push(...touched())
      before = (await sightsOf(made, asked, fields)).map((sight) => JSON.stringify(sight))
      touched()
    }
    let isSelf = false
    const outcome = await attempt(() => {
      if (isPassing(step)) return void mocker.advanceTimersByTime(step.ms)
      if (coming) return coming
      const result = step.getter ? made[step.name] : used(made, step, spies)
      isSelf = result === made
      return isSelf ? undefined : result
    })
    steps.push({ ...outcome, isSelf })
    if (outcome.kind !== 'value') break
  }
  // An end on the way belongs to the shorter life, which is tried on its own.
  const isCut = steps.length < job.steps.length
  const last = steps.at(-1) ?? { ...birth, tree: UNDEFINED }
  // A test shows few of the things that can be asked: what asking reaches is not what this life reaches.
  const own = [...new Set([...born, ...touched()])]
  const seen = await changedSights(made, asked, fields, before)
  await learnLaterEvents(job, events)
  const changed = changedFiles()
  const files = isWaitedFor(job.steps.at(-1)) ? changed : []
  const isNoise = isCut || endsInAnError(job, events)
  return { events, files, outcome: isNoise ? NOISE : last, isBornLate: birth.isAsync, lived: steps, seen, ways, own, ran: [...new Set([...own, ...between])], spies: heardBy(spies) }
}

// A step without a name calls the thing itself.
function used(made, step, spies) {
  const args = step.args.map((tree) => decode(tree, spies))
  const call = () => (step.name === '' ? made(...args) : made[step.name](...args))
  return isAwaiting(step.args) ? heardBack(call) : call()
}

const knownWays = new Map()

// What can be done with what a call gave: call it, when it is a function, and its methods.
function waysOn(value, target) {
  const isCallable = typeof value === 'function'
  if (!isCallable && (value === null || typeof value !== 'object' || !isOrdinary(value))) return []
  const { call, methods, getters, isClosed } = target.gives
  const ways = isCallable && !/^class\b/.test(Function.prototype.toString.call(value)) ? [wayOf(target, '', { params: call, length: value.length, isOpen: isOpenEnded(value) })] : []
  const names = isClosed ? Object.keys(methods).filter((name) => getters.includes(name) || typeof value[name] === 'function') : methodNames(value)
  for (const name of names) 
    ways.push(wayOf(target, name, getters.includes(name) ? { params: [], kind: 'getter' } : { params: methods[name], length: lengthOf(value, name) }))
  return ways.slice(0, 12)
}

function isOrdinary(value) {
  return Object.prototype.toString.call(value) === '[object Object]' && typeof value.then !== 'function' && typeof value.$$typeof !== 'symbol' && !isIterator(value)
}

const WHATEVER = { name: 'values', shape: { k: 'array', of: { k: 'any' } }, optional: false, rest: true }

// Whether a function takes what it declares nowhere.
function isOpenEnded(value) {
  return /\barguments\b|^[^{=]*\(\s*\.\.\./.test(Function.prototype.toString.call(value))
}

// One for each name, so that its calls are made up once.
function wayOf(target, name, { params, length, isOpen = false, kind = 'method' }) {
  const key = `${target.id} ${name}`
  const known = params ?? [...Array.from({ length }, () => ({ name: '', shape: { k: 'any' }, optional: false, rest: false })), ...(isOpen ? [WHATEVER] : [])]
  if (!knownWays.has(key)) knownWays.set(key, { name, kind, params: known })
  return knownWays.get(key)
}

function lengthOf(value, name) {
  return typeof value[name] === 'function' ? value[name].length : 0
}

// Its own ones and those of its class, no getter asked.
function methodNames(value) {
  const names = []
  for (let owner = value; owner && !NATIVES.includes(owner) && owner !== Function.prototype; owner = Object.getPrototypeOf(owner))
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
      if (typeof member === 'function' && /^[A-Za-z$][\w$]*$/.test(name) && name !== 'constructor' && !names.includes(name)) names.push(name)
  return names
}

function dataOf(value, gives) {
  if (gives.isClosed) return gives.fields
  return typeof value === 'object' ? Object.keys(value).filter((name) => /^[A-Za-z]\w*$/.test(name) && typeof value[name] !== 'function').slice(0, 12) : []
}

const QUERY = /^(is|has|can|get|to|size|count|total|length|list|keys|values|entries|peek|first|last|free|all|name|toString|toJSON|valueOf|snapshot|state|status)/

// `moved` marks what the last step changed.
async function changedSights(made, ways, fields, before) {
  return (await sightsOf(made, ways, fields)).map((sight) => ({ ...sight, moved: !before.includes(JSON.stringify(sight)) }))
}

// What a thing shows of itself when asked: getters, public data, and methods whose names are questions.
async function sightsOf(made, ways, fields) {
  const seen = []
  for (const method of ways) {
    if (method.kind === 'method' && (method.params.some((parameter) => !parameter.optional) || !QUERY.test(method.name))) continue
    const outcome = await attempt(() => (method.kind === 'getter' ? made[method.name] : made[method.name]()))
    if (outcome.kind === 'value') seen.push({ name: method.name, getter: method.kind === 'getter', tree: outcome.tree, isAsync: outcome.isAsync })
  }
  for (const field of fields)
    if (Object.hasOwn(made, field)) seen.push({ name: field, getter: true, tree: encode(made[field]), isAsync: false })
  return seen
}
