// What is told is made plainer first: steps, arguments, members, items and pieces of texts that it does without are left out.
const MOST_TRIES = 120

async function simplified(found, isOver, isAsGood = saysTheSame) {
  let tries = 0
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const job of smallerThan(found.job)) {
      if (isSkipped(job)) continue
      if (tries++ >= MOST_TRIES || isOver()) return found
      const seen = await observe(job)
      if (!(await isAsGood(found, seen, job))) continue
      found = { ...found, job, seen }
      isSmaller = true
      break
    }
  }
  return found
}

// Whoever is told for what it reaches first may well answer something else, as long as it is an answer of that kind.
function saysTheSame({ job, seen: before, fresh }, seen, smaller) {
  const reached = new Set(seen.branches)
  if (!(fresh ?? ownOf(before)).every((branch) => reached.has(branch))) return false
  if (answerOf(before) === answerOf(seen)) return true
  return fresh !== undefined && isFunctionCall(job) && isWritable(smaller, seen) && kindOfAnswer(before) === kindOfAnswer(seen)
}

const isFunctionCall = ({ target, steps }) => target.kind === 'function' && !steps.length

function kindOfAnswer({ outcome, spies, asked, files, served }) {
  const size = Array.isArray(outcome.tree?.v ?? outcome.tree) ? (outcome.tree.v ?? outcome.tree).length : outcome.tree === ''
  const said = outcome.kind === 'throws' ? outcome.message : ''
  return JSON.stringify([outcome.kind, said, kindOf(outcome.tree ?? null), size, spies.map(([, calls]) => calls.length), asked, files, served])
}

// A callback that nobody calls says nothing, whether it is there or not.
function answerOf({ outcome, after, spies, lived, seen, states, given, asked, files, served }) {
  const heard = spies.filter(([, calls]) => calls.length)
  return JSON.stringify([outcome, (after ?? []).filter((each) => each !== null), heard, lived?.at(-1), seen?.map(({ name, tree }) => [name, tree]), states?.at(-1), given, asked, files, served])
}

// What the last step reaches, and the making: the steps between are not what a test looks at.
const ownOf = (seen) => seen.own ?? seen.branches

function smallerThan(job) {
  if (job.isExample) return []
  // A gesture without its beginning is none.
  const fewer = isDrawn(job.target) && isOnHost(job) ? [] : job.steps.slice(0, -1).map((_, at) => ({ ...job, steps: job.steps.toSpliced(at, 1) }))
  const shorter = [...lessArgs(job.args, job.target.params), ...lessOf(job.args, job.target.params)].map((args) => ({ ...job, args }))
  const last = job.steps.at(-1)
  const plainer = last?.args && !isDrawn(job.target) ? lessOf(last.args, paramsOf(job.target, last)).map((args) => ({ ...job, steps: job.steps.with(-1, { ...last, args }) })) : []
  const hasty = job.steps.slice(0, -1).flatMap((step, at) => (isAwaiting(step.args) ? [{ ...job, steps: job.steps.with(at, { ...step, args: step.args.map(unawaited) }) }] : []))
  return [...fewer, ...hasty, ...shorter, ...plainer]
}

// Nobody waits for a callback on the way, where it makes no difference.
const unawaited = (tree) => (tree?.$ === AWAITED ? { $: 'spy', v: tree.v } : tree)

// Without the last argument, where it may be left out.
function lessArgs(args, params = []) {
  return args.length && args.length <= params.length && params[args.length - 1].optional ? [args.slice(0, -1)] : []
}

// Each argument with one member or item less, or with a plainer text or number in it.
function lessOf(args, params = []) {
  return args.flatMap((tree, at) => {
    const shape = params[at]?.shape
    const isFit = isTyped() && shape && !params[at].rest && isOfShape(tree, shape)
    return lessOfOne(tree).filter((less) => !isFit || isOfShape(less, shape)).map((less) => args.with(at, less))
  })
}

function lessOfOne(tree) {
  if (typeof tree === 'string') return invented.has(tree) ? plainerTexts(tree) : []
  if (typeof tree === 'number') return invented.has(tree) ? PLAIN_NUMBERS.filter((each) => Math.abs(each) < Math.abs(tree)) : []
  if (Array.isArray(tree)) return [...(tree.length > 1 ? tree.map((_, at) => tree.toSpliced(at, 1)) : []), ...lessOf(tree)]
  if (tree?.$ !== 'object') return []
  const fewer = tree.v.map((_, at) => tree.v.toSpliced(at, 1))
  const within = tree.v.flatMap(([key, value], at) => lessOfOne(value).map((less) => tree.v.with(at, [key, less])))
  return [...fewer, ...within].map((v) => ({ ...tree, v }))
}

const PLAIN_NUMBERS = [1, 2, 3, 10, 100]

// A word in its place, else the text without one piece, the largest pieces first.
function plainerTexts(text) {
  const found = WORDS.filter((word) => word && word !== text && /^\w+$/.test(word) && word.length <= text.length + 4).slice(0, 2)
  for (let size = text.length >> 1; size; size >>= 1)
    for (let start = 0; start < text.length && found.length < 24; start += size) found.push(text.slice(0, start) + text.slice(start + size))
  const fewer = [...new Set(found)].filter(Boolean)
  for (const each of fewer) if (each.length < text.length || !/^\w+$/.test(each)) invent(each)
  return fewer
}
