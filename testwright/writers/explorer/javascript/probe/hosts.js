// Hooks whose result is meant to be spread on an element: they are given one, and a person touches it.
const EVENT_NAMES = ['touchStart', 'touchMove', 'touchEnd', 'mouseDown', 'mouseMove', 'mouseUp', 'mouseEnter', 'mouseLeave', 'pointerDown', 'pointerMove', 'pointerUp', 'keyDown', 'keyUp', 'click', 'doubleClick', 'focus', 'blur', 'change', 'scroll', 'wheel', 'dragStart', 'dragOver', 'dragEnd', 'drop']
const DRAGS = [['touchStart', 'touchMove', 'touchEnd'], ['mouseDown', 'mouseMove', 'mouseUp'], ['pointerDown', 'pointerMove', 'pointerUp']]
const FROM = [100, 100]
const TO = [[20, 100], [180, 100], [100, 20], [100, 180], [105, 100]]

const isOnHost = ({ steps }) => steps.some(({ act }) => act === 'event')

function isForElement(tree) {
  return tree?.$ === 'object' && tree.v.some(([key, value]) => value?.$ === 'function' && /^(ref|on[A-Z]\w*)$/.test(key))
}

// What the code listens for: handlers that it hands out, and events it names itself.
function eventsOf(tree) {
  const handed = tree.v.map(([key]) => key.replace(/^on/, '').toLowerCase())
  const named = plan.strings.map((text) => text.toLowerCase())
  return EVENT_NAMES.filter((name) => handed.includes(name.toLowerCase()) || named.includes(name.toLowerCase()))
}

function gesturesOn(tree) {
  const events = eventsOf(tree)
  const found = []
  for (const [down, move, up] of DRAGS) {
    if (!events.includes(down)) continue
    const start = touching(down, [FROM])
    for (const place of TO) found.push([start, touching(move, [place]), touching(up, [])])
    found.push([start, touching(up, [])], [start, touching(move, [TO[0]])], [start, touching(move, [TO[0]]), touching(move, [TO[2]]), touching(up, [])])
    if (down === 'touchStart') found.push([touching(down, [FROM, TO[0]])], [start, touching(move, [FROM, TO[0]]), touching(up, [])])
  }
  const alone = events.filter((name) => !DRAGS.flat().includes(name))
  found.push(...alone.map((event) => [{ act: 'event', event, init: { $: 'object', v: event.startsWith('key') ? [['key', 'Enter']] : [] } }]))
  return found
}

function touching(event, places) {
  const points = places.map(([x, y]) => [['clientX', x], ['clientY', y]])
  const init = event.startsWith('touch') ? [['touches', points.map((v) => ({ $: 'object', v }))]] : (points[0] ?? [])
  return { act: 'event', event, init: { $: 'object', v: init } }
}

let pause = 0

async function actOnHost(job) {
  const spies = []
  const { createElement } = react
  const Host = ({ given }) => createElement('div', reach(job.target.path)(...given), 'host')
  const hosted = (trees) => createElement(Host, { given: trees.map((tree) => decode(tree, spies)) })
  let view
  const outcome = await attempt(() => {
    view = drawing.render(hosted(job.args))
    return undefined
  })
  try {
    if (outcome.kind === 'value')
      for (const { act, event, init, args } of job.steps) {
        if (act === 'rerender') {
          await drawing.act(async () => view.rerender(hosted(args)))
          continue
        }
        if (pause) await new Promise((resolve) => realSetTimeout(resolve, pause))
        await drawing.act(async () => {
          drawing.fireEvent[event](view.container.firstElementChild, decode(init, spies))
        })
      }
  } finally {
    drawing.cleanup()
  }
  return { outcome, states: [], spies: heardBy(spies) }
}

// What two runs agree on. Members that differ, or cannot be written down, are left out and the object is marked so.
function agreed(one, two) {
  if (Array.isArray(one) && Array.isArray(two) && one.length === two.length) return one.map((item, index) => agreed(item, two[index]))
  if (one?.$ === 'object' && two?.$ === 'object') {
    const others = new Map(two.v)
    const pairs = one.v.map(([key, value]) => [key, agreed(value, others.get(key))]).filter(([, value]) => !holds(value, ['cut', 'function']))
    return { ...one, v: pairs, ...(pairs.length < one.v.length ? { partial: true } : {}) }
  }
  return JSON.stringify(one) === JSON.stringify(two) ? one : CUT
}

async function settleOnAgreement(job, seen) {
  const again = await observe(job)
  const common = JSON.stringify(agreed(seen.spies, again.spies))
  seen.spies = JSON.parse(common)
  if (seen.spies.some(([, calls]) => !Array.isArray(calls))) return false
  try {
    // A slow hand has to see the same: events carry the time.
    for (pause of [0, 60]) {
      const { outcome, spies } = await observe(job)
      if (JSON.stringify(agreed(seen.spies, spies)) !== common || outcome.kind !== seen.outcome.kind) return false
    }
  } finally {
    pause = 0
  }
  return true
}
