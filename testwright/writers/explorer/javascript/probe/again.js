// Drawn again with something else: what a component or hook does when one thing that it is given changes.
const MOST_DRAWN_AGAIN = 24
const MOST_REDRAWN_WITHIN = 60

const isRedrawing = ({ act }) => act === 'rerender'

function redrawings(job) {
  const lists = job.target.params.map((parameter, at) => othersFor(parameter, job.args[at]).map((tree) => job.args.with(at, tree)))
  return inTurns(lists).slice(0, MOST_DRAWN_AGAIN).map((args) => ({ act: 'rerender', args }))
}

// Of an object each member in turn: another value, or none.
function othersFor({ shape, name, rest }, now) {
  if (rest || now === undefined) return []
  const isOther = (tree, before) => JSON.stringify(tree) !== JSON.stringify(before) && tree?.$ !== 'absent'
  if (now?.$ !== 'object' || shape?.k !== 'object') return candidates(shape, name).filter((tree) => isOther(tree, now)).slice(0, 3)
  const members = new Map(now.v)
  // What options are says more of a change than who listens.
  const ordered = [...shape.props].sort(([, one], [, other]) => (one.k === 'function') - (other.k === 'function'))
  const lists = ordered.map(([key, each, isOptional]) => {
    const values = candidates(each, key, 2).filter((tree) => isOther(tree, members.get(key))).slice(0, 2)
    const without = isOptional && members.has(key) ? [now.v.filter(([other]) => other !== key)] : []
    return [...values.map((value) => [...new Map(members).set(key, value)]), ...without]
  })
  return inTurns(lists).map((v) => ({ $: 'object', v }))
}

let turn = 0

// A gesture before which, or in the midst of which, something that the hook was given changed: another thing each time.
function redrawnWithin(job, steps) {
  const all = redrawings(job)
  if (!all.length || steps.length < 2 || turn >= MOST_REDRAWN_WITHIN) return []
  const [before, midst] = [all[turn++ % all.length], all[turn++ % all.length]]
  return [[before, ...steps], [...steps.slice(0, 1), midst, ...steps.slice(1)]]
}
