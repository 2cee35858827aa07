// What comes after the call: a callback that is called later, an event that something emits. A test waits for just that.
const MOST_LEARNT = 16
const LEARNING_MS = 30
const MOST_IN_VAIN = 2

// Stands in a call where a callback is wanted; what it is called with is what the call comes to.
const AWAITED = 'awaited'
let hearBack = () => {}

function awaitedCallback() {
  return (...args) => hearBack(args)
}

function isAwaiting(args) {
  return Boolean(args?.some((tree) => tree?.$ === AWAITED))
}

// The call itself gives nothing that a test waits for, but what it throws is thrown.
function heardBack(call) {
  return new Promise((resolve) => {
    hearBack = resolve
    call()
  })
}

const waitedInVain = new Map()

// The same call, waiting for a callback that nobody had called when it was over.
function waitingForCallbacks(job, { outcome, spies }) {
  if (outcome.kind !== 'value' || isDrawn(job.target) || isAwaiting(job.steps.at(-1)?.args ?? job.args)) return []
  const last = job.steps.at(-1)
  const args = last ? (last.args ?? []) : job.args
  return spies.flatMap(([name, calls]) => {
    const at = args.findIndex((tree) => tree?.$ === 'spy' && tree.v === name)
    if (calls.length || at < 0 || (waitedInVain.get(vainKey(job)) ?? 0) >= MOST_IN_VAIN) return []
    const waiting = args.with(at, { $: AWAITED, v: name })
    return [last ? { ...job, steps: job.steps.with(-1, { ...last, args: waiting }) } : { ...job, args: waiting }]
  })
}

const vainKey = ({ target, steps }) => `${target.id} ${steps.at(-1)?.name ?? ''}`

function noteWaiting(job, { outcome }) {
  if (!isAwaiting(job.steps.at(-1)?.args ?? job.args)) return
  const before = waitedInVain.get(vainKey(job)) ?? 0
  waitedInVain.set(vainKey(job), outcome.kind === 'late' ? before + 1 : -1000)
}

const isEmitter = (value) => typeof value?.emit === 'function' && typeof value?.once === 'function'
// Files are as they are meant to be only once that has come.
const isWaitedFor = (step) => Boolean(step) && (isEmitting(step) || isAwaiting(step.args))
const isEmitting = ({ act }) => act === 'emits'

// Which events a thing emits while it is used, and soon afterwards.
function eventsOn(made) {
  const events = { now: [], later: [] }
  if (!isEmitter(made)) return events
  let heard = events.now
  const { emit } = made
  Object.defineProperty(made, 'emit', {
    value(event, ...args) {
      if (typeof event === 'string' && !INNER_EVENTS.has(event) && !heard.includes(event)) heard.push(event)
      return emit.call(this, event, ...args)
    },
    configurable: true,
    writable: true,
  })
  events.afterwards = () => (heard = events.later)
  events.end = () => (heard = [])
  return events
}

// What an emitter tells of its listeners.
const INNER_EVENTS = new Set(['newListener', 'removeListener'])
const learnt = new Map()

async function learnLaterEvents(job, events) {
  if (!events.end) return
  events.end()
  const count = learnt.get(job.target) ?? 0
  if (isChanged || isMakingSure || job.steps.length > 1 || count >= MOST_LEARNT) return
  learnt.set(job.target, count + 1)
  events.afterwards()
  await new Promise((resolve) => realSetTimeout(resolve, LEARNING_MS))
  events.end()
}

// Nobody listens to it in a test that goes no further, so that it would be thrown at whoever comes next.
function endsInAnError(job, events) {
  const isUnheard = events.later.includes('error') && !job.steps.some(isEmitting)
  if (isUnheard) endings.set(endingOf(job), false)
  return isUnheard
}

// As `once` of node:events: an error that comes first is thrown.
function nextEvent(made, event) {
  const coming = new Promise((resolve, reject) => {
    made.once(event, (...args) => resolve(args))
    if (event !== 'error') made.once('error', reject)
  })
  coming.catch(() => {})
  return coming
}

// Each event once it has been seen: waited for, or listened to from the beginning.
function listeningFor(job, { events }) {
  if (!events || job.steps.length > 2) return []
  const later = events.later.map((event) => ({ ...job, steps: [...job.steps, { act: 'emits', event, args: [] }] }))
  const now = events.now.map((event) => ({ ...job, steps: [{ name: 'on', args: [event, { $: 'spy', v: 'listener' }] }, ...job.steps] }))
  return [...later, ...(job.steps.length === 1 && !isEmitting(job.steps[0]) ? now : [])].map((each) => ({ ...each, isExample: false }))
}
