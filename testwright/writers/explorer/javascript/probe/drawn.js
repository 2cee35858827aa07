// Components and hooks, seen as a person sees them: roles, names and texts, before and after each action.
const SHOWN_ROLES = ['button', 'link', 'heading', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'switch', 'tab', 'spinbutton', 'slider', 'img', 'alert', 'status', 'dialog', 'group', 'progressbar', 'listitem', 'option']

async function draw(job) {
  const spies = []
  const states = []
  let view
  stopTheClock()
  const outcome = await attempt(() => {
    view = drawing.render(elementOf(job.target, job.args, spies))
    return undefined
  })
  try {
    if (outcome.kind === 'value') await act(job, view, states, spies)
  } finally {
    drawing.cleanup()
    if (plan.timers) mocker.useRealTimers()
  }
  return { outcome, states, spies: heardBy(spies) }
}

// The day on which tests with timers take place; what is told of it may be told in them.
function stopTheClock() {
  if (plan.timers) mocker.useFakeTimers({ now: new Date(plan.today) })
}

function elementOf({ path }, args, spies) {
  return react.createElement(reach(path), decode(args[0] ?? { $: 'object', v: [] }, spies))
}

async function act({ target, steps }, view, states, spies) {
  states.push(shown(view.container))
  for (const deed of steps) {
    if (isRedrawing(deed)) {
      await drawing.act(async () => view.rerender(elementOf(target, deed.args, spies)))
      states.push(shown(view.container))
      continue
    }
    if (deed.act === 'advance' || deed.act === 'deed') {
      await drawing.act(() => doOutside(deed, spies))
      states.push(shown(view.container))
      continue
    }
    const element = deed.act === 'fire' ? elementAt(deed.at, view.container) : elementAt({ ...deed, by: 'role' }, view.container)
    if (!element) break
    await drawing.act(async () => {
      if (deed.act === 'fire') drawing.fireEvent[deed.event](element, decode(deed.init, spies))
      else if (deed.act === 'click') drawing.fireEvent.click(element)
      else drawing.fireEvent.change(element, { target: { value: deed.text } })
    })
    states.push(shown(view.container))
  }
}

// Time goes on, or another part of the project does something that this one hears of.
async function doOutside(deed, spies) {
  if (deed.act === 'advance') mocker.advanceTimersByTime(deed.ms)
  else await settled(reach(deed.path.slice(0, -1))[deed.path.at(-1)](...deed.args.map((tree) => decode(tree, spies))))
}

let outside

function deedsOutside() {
  outside ??= inTurns(plan.deeds.map((deed) => stepsOf(deed).slice(0, 5).map(({ args }) => ({ act: 'deed', name: deed.name, path: deed.path, args }))))
  return outside
}

const passing = () => (plan.timers ? [{ act: 'advance', ms: 1000 }, { act: 'advance', ms: 5000 }] : [])

function shown(container) {
  const look = drawing.within(container)
  const roles = []
  for (const role of SHOWN_ROLES)
    for (const element of look.queryAllByRole(role).slice(0, 12)) {
      const name = nameOf(look, role, element)
      roles.push({
        role,
        name,
        alone: look.queryAllByRole(role).length === 1,
        disabled: element.disabled === true,
        checked: element.checked === true || element.getAttribute('aria-checked') === 'true',
        value: 'value' in element && /text|search|spin|combo|slider/.test(role) ? String(element.value) : null,
      })
    }
  const texts = []
  const repeated = new Set()
  for (const element of container.querySelectorAll('*')) {
    const text = element.textContent.replace(/\s+/g, ' ').trim()
    if (element.childElementCount || element.closest('button, a, [role=button]') || !text || text.length >= 120) continue
    const count = look.queryAllByText(text).length
    if (count === 1) texts.push(text)
    else if (count) repeated.add(text)
  }
  return { roles, looks: looksOf(look, container, roles, texts.slice(0, 20)), texts: texts.slice(0, 20), repeated: [...repeated].slice(0, 20), isEmpty: container.innerHTML === '' }
}

function nameOf(look, role, element) {
  const labels = element.labels ? [...element.labels].map((label) => label.textContent) : []
  const guesses = [element.getAttribute('aria-label'), ...labels, element.textContent, element.getAttribute('alt'), element.getAttribute('title'), element.getAttribute('placeholder'), element.value]
  for (const guess of guesses) {
    const name = typeof guess === 'string' ? guess.replace(/\s+/g, ' ').trim() : ''
    if (!name || name.length > 80) continue
    const found = look.queryAllByRole(role, { name })
    if (found.length === 1 && found[0] === element) return name
  }
  return null
}

function deedsOf(state) {
  const deeds = passing()
  for (const { role, name, disabled } of state?.roles ?? []) {
    if (!name || disabled) continue
    if (['button', 'link', 'checkbox', 'radio', 'tab', 'switch', 'option'].includes(role)) deeds.push({ act: 'click', role, name })
    if (['textbox', 'searchbox'].includes(role)) deeds.push({ act: 'type', role, name, text: 'Ada' }, { act: 'type', role, name, text: '' })
    if (['spinbutton', 'slider'].includes(role)) deeds.push({ act: 'type', role, name, text: '7' })
  }
  return [...deeds, ...firesOn(state)]
}

async function hookUp(job) {
  if (isOnHost(job)) return actOnHost(job)
  const spies = []
  stopTheClock()
  const states = []
  let given = UNDEFINED
  let hook
  let redraw
  const outcome = await attempt(() => {
    let args = job.args.map((tree) => decode(tree, spies))
    redraw = (trees) => {
      args = trees.map((tree) => decode(tree, spies))
      hook.rerender()
    }
    hook = drawing.renderHook(() => reach(job.target.path)(...args))
    return undefined
  })
  if (outcome.kind === 'value') {
    states.push(encode(hook.result.current))
    for (const deed of job.steps) {
      try {
        await drawing.act(async () => {
          if (deed.act === 'advance' || deed.act === 'deed') await doOutside(deed, spies)
          else if (isRedrawing(deed)) redraw(deed.args)
          else {
            const called = deed.path.reduce((value, key) => value[key], hook.result.current)
            const result = await settled(called(...deed.args.map((tree) => decode(tree, spies))))
            given = result.late || result.error !== undefined ? UNDEFINED : encode(result.value)
          }
        })
      } catch {
        break
      }
      states.push(encode(hook.result.current))
    }
  }
  drawing.cleanup()
  if (plan.timers) mocker.useRealTimers()
  return { outcome, states, given, spies: heardBy(spies) }
}

const ANY_ARGS = [[], [3], ['alpha'], [true]]

// Each function that a hook gives, by itself, in a list or in an object, called with what it takes.
function hookDeeds(tree, target) {
  const lists = functionsIn(tree, []).map((path) => {
    const params = target.gives?.methods[path.join('.')] ?? (path.length ? null : target.gives?.call)
    const calls = params ? stepsOf(hookWay(target, path, params)).map(({ args }) => args) : ANY_ARGS
    return calls.map((args) => ({ act: 'call', path, args }))
  })
  return [...inTurns(lists), ...passing()]
}

function functionsIn(tree, path) {
  if (tree?.$ === 'function') return [path]
  if (path.length === 2) return []
  const members = Array.isArray(tree) ? [...tree.entries()] : tree?.$ === 'object' ? tree.v : []
  return members.slice(0, 12).flatMap(([key, item]) => functionsIn(item, [...path, key]))
}

const hookWays = new Map()

// One for each, so that its calls are made up once.
function hookWay(target, path, params) {
  const key = `${target.id} ${path.join('.')}`
  if (!hookWays.has(key)) hookWays.set(key, { name: key, params })
  return hookWays.get(key)
}
