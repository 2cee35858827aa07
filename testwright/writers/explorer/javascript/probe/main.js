// The search: every target in turn, inputs that reached something new are varied, the simplest way to each thing wins.
const RUN = { function: callFunction, class: liveThrough, component: draw, hook: hookUp }
function lists(target) {
  const made = target.params.map((parameter) => {
    // The ordinary value first, then the boundaries that the code names.
    const [usual, ...others] = candidates(parameter.shape, parameter.name)
    const found = [...(parameter.samples ?? []), usual, ...(parameter.edges ?? []), ...others].filter((tree) => tree !== undefined)
    return parameter.optional ? [ABSENT, ...found] : found
  })
  return made.map(unlikeTheOthers)
}

// Twice the same number or text says little about which is which.
function unlikeTheOthers(list, index, all) {
  const plain = list.findIndex((tree) => ['number', 'string'].includes(typeof tree))
  const taken = all.slice(0, index).map((other) => other.find((tree) => typeof tree === typeof list[plain]))
  if (plain < 0 || !taken.includes(list[plain])) return list
  const other = list.findIndex((tree) => typeof tree === typeof list[plain] && tree !== '' && !taken.includes(tree))
  return other < 0 ? list : list.with(plain, list[other]).with(other, list[plain])
}

const ABSENT = { $: 'absent' }

// Left-out arguments at the end are left out; before others they are undefined.
function trimmed(args) {
  const copy = [...args]
  while (copy.length && copy.at(-1)?.$ === 'absent') copy.pop()
  return copy.map((tree) => (tree?.$ === 'absent' ? UNDEFINED : tree))
}

function flattened(target, args) {
  const last = target.params.at(-1)
  if (!last?.rest || args.length < target.params.length) return args
  const rest = args.at(-1)
  return [...args.slice(0, -1), ...(Array.isArray(rest) ? rest : [])]
}

function firstJobs(target) {
  const jobs = target.examples.map((args) => ({ target, args, steps: [], isExample: true }))
  const all = []
  spread(lists(target), (args) => all.push({ target, args: flattened(target, trimmed(args)), steps: [] }), MOST_CANDIDATES)
  for (const args of twins(target)) all.push({ target, args: flattened(target, trimmed(args)), steps: [] })
  for (const args of misfits(target, lists(target))) all.push({ target, args: trimmed(args), steps: [], isMisfit: true })
  if (!target.params.length) all.push({ target, args: [], steps: [] })
  const answers = target.fetches && (plan.mock || plan.serves) ? [...answersOf(target).keys()] : [undefined]
  for (const job of [...jobs.splice(0), ...all]) for (const answer of answers) jobs.push({ ...job, answer })
  if (target.kind === 'function') jobs.push(...jobs.slice(0, 60).filter(({ args }) => JSON.stringify(args).includes('"spy"')).slice(0, 8).flatMap((job) => waitingFor(job)))
  const found = target.kind === 'class' ? jobs.slice(0, 40).flatMap((job, index) => [job, ...lives(target, job, index)]) : jobs
  found.forEach((job, index) => (job.rank = index))
  return found
}

const MOST_METHODS_AGAIN = 60

function lives(target, job, index) {
  if (index > 0) return index < 8 ? target.methods.slice(0, MOST_METHODS_AGAIN).flatMap((method) => stepsOf(method).slice(0, 1).map((step) => ({ ...job, steps: [step] }))) : []
  const single = target.methods.flatMap((method) => stepsOf(method).map((step) => ({ ...job, steps: [step] })))
  for (const method of target.methods.filter(({ params }) => params?.length))
    for (const args of misfits(method, lists(method))) single.push({ ...job, steps: [{ name: method.name, args: trimmed(args) }], isMisfit: true })
  for (const method of target.methods.filter(({ kind }) => kind === 'method')) for (const step of stepsOf(method).slice(0, 2)) single.push(...waitingFor(job, step))
  const pairs = []
  for (const first of target.methods.filter((method) => method.kind === 'method'))
    for (const second of target.methods)
      for (const before of stepsOf(first).slice(0, 2)) for (const after of stepsOf(second).slice(0, 3)) pairs.push({ ...job, steps: [before, after] })
  return [...single, ...pairs.slice(0, 400)]
}

const stepMemory = new Map()

function stepsOf(method) {
  if (stepMemory.has(method)) return stepMemory.get(method)
  const steps = []
  if (method.kind === 'getter') steps.push({ name: method.name, getter: true, args: [] })
  else if (!method.params.length) steps.push({ name: method.name, args: [] })
  else spread(lists(method), (args) => steps.push({ name: method.name, args: flattened(method, trimmed(args)) }), 20)
  stepMemory.set(method, steps)
  return steps
}

function nextJob(target, corpus, random) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  const base = pick(corpus)
  if (!base) return null
  const ways = target.kind === 'class' ? target.methods : (base.seen.ways ?? [])
  const chance = random()
  const varied = chance < 0.35 ? withOtherStep(base.job, ways, random) : null
  if (varied) return varied
  if (target.isTimed && base.job.steps.length && base.job.steps.length < 4 && !isPassing(base.job.steps.at(-1)) && chance < 0.45) return { ...base.job, steps: [...base.job.steps, A_SECOND], isExample: false, rank: undefined }
  if (ways.length && chance < 0.7) {
    const steps = [...base.job.steps, pick(stepsOf(pick(ways)) ?? [])].filter(Boolean).slice(-4)
    return { ...base.job, steps, isExample: false, rank: undefined }
  }
  if (target.kind === 'component' && random() < 0.8) {
    const deeds = [...deedsOf(base.seen.states?.at(-1)), ...deedsOutside(), ...redrawings(base.job).slice(0, 6)]
    return deeds.length && base.job.steps.length < 6 ? { ...base.job, steps: [...base.job.steps, pick(deeds)], rank: undefined } : null
  }
  if (target.kind === 'hook' && random() < 0.8) {
    const deeds = [...hookDeeds(base.seen.states?.at(-1), target), ...deedsOutside(), ...redrawings(base.job).slice(0, 6)]
    return deeds.length && base.job.steps.length < 4 ? { ...base.job, steps: [...base.job.steps, pick(deeds)], rank: undefined } : null
  }
  if (!base.job.args.length) return null
  return { ...base.job, args: withOther(base.job.args, target, random), isExample: false, rank: undefined }
}

function withOther(args, { params }, random) {
  const shared = random() < 0.12 ? withSharedName(args, random) : null
  if (shared) return shared
  const at = Math.floor(random() * args.length)
  const parameter = params[Math.min(at, params.length - 1)]
  return args.with(at, mutated(args[at], random, parameter && poolOf(parameter), parameter?.shape))
}

// The same life, mostly its last step given something else.
function withOtherStep(job, ways, random) {
  const at = random() < 0.8 ? job.steps.length - 1 : Math.floor(random() * job.steps.length)
  const step = job.steps[at]
  const way = ways.find(({ name }) => name === step?.name)
  if (!way?.params?.length || !step.args?.length) return null
  return { ...job, steps: job.steps.with(at, { ...step, args: withOther(step.args, way, random) }), isExample: false, rank: undefined }
}

const pools = new Map()

function poolOf(parameter) {
  if (!pools.has(parameter)) pools.set(parameter, candidates(parameter.shape, parameter.name))
  return pools.get(parameter)
}

// What a server answers of which nobody knows what is made of its answers.
const SOMETHING = { $: 'object', v: [['id', 1], ['name', 'Ada']] }

const REFUSAL = { $: 'object', v: [['message', 'refused']] }

function answersOf(target) {
  const found = target.answer ? candidates(target.answer, '').slice(0, 4) : [SOMETHING]
  const bodies = found.map((body) => (Array.isArray(body) ? body.slice(0, 1) : body))
  const [first] = bodies
  const nothing = { $: 'object', v: [] }
  return [
    ...[...bodies, ...(plan.serves && first?.$ === 'object' && first.v.length ? [nothing] : [])].map((body) => ({ ok: true, status: 200, body })),
    { ok: false, status: 404, body: REFUSAL },
    { ok: false, status: 500, body: REFUSAL },
  ]
}

function stubFetch(job) {
  if (isServed(job)) return serveFor(job)
  if (job.answer === undefined) return () => {}
  const real = globalThis.fetch
  const { ok, status, body } = answersOf(job.target)[job.answer]
  job.asked = []
  globalThis.fetch = async (...args) => {
    job.asked.push(args.map((arg) => encode(arg)))
    return answered(ok, status, body)
  }
  return () => {
    globalThis.fetch = real
  }
}

function answered(ok, status, body) {
  return { ok, status, json: async () => decode(body, []), text: async () => JSON.stringify(decode(body, [])) }
}

const isDrawn = ({ kind }) => kind === 'component' || kind === 'hook'

async function observe(job) {
  mark(job)
  if (plan.remembers && canForget && isDrawn(job.target)) await renew()
  touched()
  leaving = ''
  isPatient = isDrawn(job.target)
  const unstub = stubFetch(job)
  let seen
  try {
    seen = await RUN[job.target.kind](job)
    const all = touched()
    seen = { ...seen, ran: undefined, branches: [...(seen.ran ?? all), ...heard(seen.spies)], asked: job.asked ?? [] }
  } catch {
    // Whatever went wrong around the call costs this call alone.
    seen = { outcome: NOISE, after: [], spies: [], branches: touched(), asked: [] }
  }
  unstub()
  seen.served = job.served
  if (opened.size && !(await endsWell(job))) seen = { ...seen, outcome: NOISE }
  const isUntidy = tidy()
  if (!leaving && !isUntidy) return seen
  passOver(job, leaving ? `ends the process (${leaving})` : "changes the language's own objects, which other tests would meet")
  return { ...seen, outcome: NOISE }
}

// Whoever passes a callback wants it called: a call of it is something reached, as a branch is.
function heard(spies) {
  return spies.filter(([, calls]) => calls.length).map(([name]) => `c${name}`)
}

function signature({ outcome, after, spies, lived, seen, states, given, asked, files, served }) {
  return JSON.stringify([outcome, after, spies, lived?.at(-1), seen, states, given, asked, files, served])
}

function cost(job) {
  const text = JSON.stringify([job.args, job.steps])
  const odd = text.replace(/[\w\s"',.:[\]{}$-]/g, '').length
  // Inputs come most telling first; what a mutation made is rarely what a person would write.
  return (job.isExample ? -1000 : 0) + Math.min(job.rank ?? 400, 400) / 2 + text.length / 2 + 4 * odd + 12 * job.steps.length
}

// A turn that breaks is a turn less; a target that breaks every turn grows stale.
async function exploreOn(target, pile, stop, random) {
  try {
    await explore(target, pile, stop, random, 40)
  } catch {
    pile.stale += 100
  }
}

function orNone(list) {
  try {
    return list()
  } catch {
    return []
  }
}

// The call itself, and what goes through the step in which it did not come to an end; what is like it, where that is said.
function isSkipped({ target, args, steps }) {
  return plan.skip.some(([id, its, lived, width]) => {
    if (id !== target.id) return false
    const told = (given) => (width ? likenessOf(given, width > 1) : JSON.stringify(given))
    const last = told(lived.at(-1))
    return lived.length ? steps.some((step) => told(step) === last) : !steps.length && told(its) === told(args)
  })
}

// The same for calls that differ in their texts, and in numbers of one sign and size, or in any numbers.
function likenessOf(given, isWide) {
  const texts = Array.isArray(given) ? given.map((arg) => (typeof arg === 'string' ? '' : arg)) : given
  const like = (number) => (isWide ? 1 : Math.sign(number) * (Math.abs(number) < 100 ? 1 : 100))
  return JSON.stringify(texts, (_, value) => (typeof value === 'number' ? like(value) : value))
}

async function explore(target, pile, stop, random, turns) {
  for (let turn = 0; turn < turns && !stop(); turn++) {
    const job = pile.queue.shift() ?? nextJob(target, pile.corpus, random)
    if (!job) {
      pile.stale += 5
      continue
    }
    const key = callOf(job)
    if (pile.tried.has(key) || isSkipped(job) || (isServed(job) && !asksOurServer(job))) {
      pile.stale++
      continue
    }
    pile.tried.add(key)
    pile.calls++
    const began = ticks()
    const seen = await observe(job)
    const isQuick = ticks() - began < LONGEST_TRACED_NS
    enter(target, seen)
    noteWaiting(job, seen)
    await tryChanges(job, seen)
    const ways = pile.ways.size
    const isNew = keep(pile, job, seen)
    if (isQuick && (isNew || pile.ways.size > ways)) pile.queue.unshift(...(await comparedIn(job)))
    if ((isNew || isGiver(pile, job, seen)) && job.steps.length < 2) pile.queue.unshift(...followers(job, seen))
    if (isNew || (!job.steps.length && seen.events?.later.length)) pile.queue.unshift(...waitingForCallbacks(job, seen), ...listeningFor(job, seen))
  }
}

// Work, not time, is what the budget counts, so that a busy machine sees as much as an idle one; up to a limit.
class Clock {
  #now = Date.now.bind(Date)
  #started = this.#now()
  #before = process.cpuUsage()
  // Finding may be cut short on a busy machine; telling of what was found has more patience.
  spent = (patience = plan.patience) => {
    const { user, system } = process.cpuUsage(this.#before)
    return Math.max((user + system) / 1e6, (this.#now() - this.#started) / 1000 / patience)
  }
}

let clock

async function search() {
  clock = new Clock()
  const { spent } = clock
  const random = randomBy(plan.seed)
  const piles = new Map()
  for (const target of plan.targets) {
    if (missingIn(target)) continue
    piles.set(target, { queue: orNone(() => firstJobs(target)), corpus: [], ways: new Map(), answers: new Map(), crashes: new Map(), tried: new Set(), stale: 0, noise: 0, calls: 0, givers: 0, methods: target.methods.length })
  }
  const isDone = () => plan.changes.length > 0 && ![...left].some((number) => number > 0 || plan.edgesAlone)
  const stop = () => spent() > 0.65 * plan.seconds || isDone()
  const isTired = (pile) => !pile.queue.length && pile.stale > 1500
  for (let round = 0; ; round++) {
    const waiting = [...piles].filter(([, pile]) => !isTired(pile))
    // However slow the machine is, each is looked at once.
    if ((round && stop()) || !waiting.length) break
    // Whoever is slow must not eat up the others' time.
    const share = Math.max(0.05, (0.65 * plan.seconds - spent()) / waiting.length)
    for (const [target, pile] of waiting) {
      const until = spent() + share
      await exploreOn(target, pile, () => isDone() || spent() > until, random)
    }
  }
  const isOver = () => spent(3 * plan.patience) > 0.9 * plan.seconds && (hurried = true)
  // Plain words must not cost what there is to tell.
  const isShort = () => spent(3 * plan.patience) > 0.72 * plan.seconds
  if (plan.changes.length) return { told: [...(await tellTelltales(isOver, isShort)), ...(await tellClaims(piles, isOver))] }
  const told = []
  const known = new Set()
  for (const found of inTurns([...piles.values()].map(chosen))) {
    if (isOver()) break
    const { job, seen } = await simplified(found, isShort)
    // Made plainer, two may have become one.
    const call = callOf(job)
    if (known.has(call)) continue
    known.add(call)
    if (!(await holdsAfresh(job, seen))) continue
    const answer = job.answer === undefined ? null : answersOf(job.target)[job.answer]
    told.push({ target: job.target.id, args: job.args, steps: job.steps, isExample: job.isExample === true, answer, ...seen, ways: undefined })
  }
  for (const [target, pile] of piles) {
    for (const { job, seen } of [...pile.crashes.values()].slice(0, 5).flat()) {
      if (isOver()) break
      if (await holdsAfresh(job, seen)) told.push({ target: target.id, args: job.args, steps: job.steps, isExample: job.isExample === true, answer: null, ...seen })
    }
  }
  told.push(...(await tellClaims(piles, isOver)))
  told.push(...(await tellLaws(piles, isOver)))
  if (plan.integration) for (const trip of await trips(piles)) told.push(trip)
  const calls = [...piles].map(([target, pile]) => [target.id, pile.calls])
  return { told, calls, total: statementsAndBranches() }
}

const callOf = ({ target, args, steps, answer }) => JSON.stringify([target.id, args, steps, answer])

// The first of each, then the second of each: where time runs out, no target goes without.
function inTurns(lists) {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, round) => lists.flatMap((list) => list.slice(round, round + 1))).flat()
}

// The calls whose result the documentation gives: whoever reads this compares.
async function tellClaims(piles, isOver) {
  const told = []
  for (const target of piles.keys())
    for (const [claim, args] of (target.claims ?? []).entries()) {
      if (!args || isOver()) continue
      const job = { target, args, steps: [], isExample: true }
      const seen = await observe(job)
      if (await holdsAfresh(job, seen)) told.push({ target: target.id, args, steps: [], isExample: true, claim, answer: null, ...seen })
    }
  return told
}

function statementsAndBranches() {
  const file = counters()
  if (!file) return null
  touched()
  for (const [key, count] of totals) {
    if (key[0] === 's') file.s[key.slice(1)] = count
    else if (key[0] === 'f') file.f[key.slice(1)] = count
    else {
      const [branch, index] = key.slice(1).split('.')
      file.b[branch][Number(index)] = count
    }
  }
  const hit = Object.values(file.s).filter(Boolean).length
  return { statements: Object.keys(file.s).length, hit }
}

it('explores', async () => {
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[name] = () => {}
  const letGo = keepTheProcess()
  startWatching()
  const speakAgain = fallSilent()
  const letOpen = watchOpening()
  try {
    const found = await loadAndSearch()
    await watcher?.terminate()
    fs.writeFileSync(plan.report, JSON.stringify({ ...found, skipped: [...passedOver.values()], silent: silentOnes(), memory: mostMemory() }))
  } finally {
    letOpen()
    speakAgain()
    letGo()
  }
}, 120000)

async function loadAndSearch() {
  try {
    for (const [name, code] of plan.standIns) globalThis[name] ??= (0, eval)(`(${code})`)
    await startServing()
    await seeWhetherItForgets()
    unit = await load(false)
    await loadChanged()
    await loadTraced()
  } catch (error) {
    return { told: [], failure: String(error?.message ?? error).slice(0, 2000) }
  }
  lookAround()
  watcher?.postMessage(0)
  return search().catch((error) => ({ told: [], broken: String(error?.stack ?? error).slice(0, 600) }))
}
