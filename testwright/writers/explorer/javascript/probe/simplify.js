// What is told is made plainer first: steps, members and items that the answer and its ways do without are left out.
const MOST_TRIES = 40

async function simplified(found, isOver, isAsGood = saysTheSame) {
  let tries = 0
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const job of smallerThan(found.job)) {
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

function saysTheSame({ seen: before }, seen) {
  const reached = new Set(seen.branches)
  return answerOf(before) === answerOf(seen) && ownOf(before).every((branch) => reached.has(branch))
}

// A callback that nobody calls says nothing, whether it is there or not.
function answerOf({ outcome, after, spies, lived, seen, states, given, asked, files }) {
  const heard = spies.filter(([, calls]) => calls.length)
  return JSON.stringify([outcome, (after ?? []).filter((each) => each !== null), heard, lived?.at(-1), seen?.map(({ name, tree }) => [name, tree]), states?.at(-1), given, asked, files])
}

// What the last step reaches, and the making: the steps between are not what a test looks at.
const ownOf = (seen) => seen.own ?? seen.branches

function smallerThan(job) {
  if (isDrawn(job.target) || job.isExample) return []
  const fewer = job.steps.slice(0, -1).map((_, at) => ({ ...job, steps: job.steps.toSpliced(at, 1) }))
  const shorter = lessOf(job.args).map((args) => ({ ...job, args }))
  const last = job.steps.at(-1)
  const plainer = last?.args ? lessOf(last.args).map((args) => ({ ...job, steps: job.steps.with(-1, { ...last, args }) })) : []
  return [...fewer, ...shorter, ...plainer]
}

// Each argument with one member or item less.
function lessOf(args) {
  return args.flatMap((tree, at) => lessOfOne(tree).map((less) => args.with(at, less)))
}

function lessOfOne(tree) {
  if (Array.isArray(tree)) return tree.length > 1 ? tree.map((_, at) => tree.toSpliced(at, 1)) : []
  return tree?.$ === 'object' ? tree.v.map((_, at) => ({ ...tree, v: tree.v.toSpliced(at, 1) })) : []
}
