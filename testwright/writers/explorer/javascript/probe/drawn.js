// Components and hooks, seen as a person sees them: roles, names and texts, before and after each action.
const SHOWN_ROLES = ['button', 'link', 'heading', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'switch', 'tab', 'spinbutton', 'slider', 'img', 'alert', 'status', 'dialog', 'group', 'progressbar', 'listitem', 'option']

async function draw(job) {
  const spies = []
  const { createElement } = react
  const states = []
  let view
  const outcome = await attempt(() => {
    const props = decode(job.args[0] ?? { $: 'object', v: [] }, spies)
    view = drawing.render(createElement(reach(job.target.path), props))
    return undefined
  })
  try {
    if (outcome.kind === 'value') await act(job.steps, view, states)
  } finally {
    drawing.cleanup()
  }
  return { outcome, states, spies: heardBy(spies) }
}

async function act(steps, view, states) {
  states.push(shown(view.container))
  for (const deed of steps) {
    const element = drawing.within(view.container).queryAllByRole(deed.role, { name: deed.name })[0]
    if (!element) break
    await drawing.act(async () => {
      if (deed.act === 'click') drawing.fireEvent.click(element)
      else drawing.fireEvent.change(element, { target: { value: deed.text } })
    })
    states.push(shown(view.container))
  }
}

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
        className: element === container.firstElementChild ? (element.getAttribute('class') ?? '') : '',
      })
    }
  const texts = []
  for (const element of container.querySelectorAll('*')) {
    const text = element.textContent.replace(/\s+/g, ' ').trim()
    if (element.childElementCount === 0 && !element.closest('button, a, [role=button]') && text && text.length < 120 && look.queryAllByText(text).length === 1) texts.push(text)
  }
  return { roles, texts: texts.slice(0, 20), isEmpty: container.innerHTML === '' }
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
  const deeds = []
  for (const { role, name, disabled } of state?.roles ?? []) {
    if (!name || disabled) continue
    if (['button', 'link', 'checkbox', 'radio', 'tab', 'switch', 'option'].includes(role)) deeds.push({ act: 'click', role, name })
    if (['textbox', 'searchbox'].includes(role)) deeds.push({ act: 'type', role, name, text: 'Ada' }, { act: 'type', role, name, text: '' })
    if (['spinbutton', 'slider'].includes(role)) deeds.push({ act: 'type', role, name, text: '7' })
  }
  return deeds
}

async function hookUp(job) {
  if (job.steps[0]?.act === 'event') return actOnHost(job)
  const spies = []
  if (plan.timers) mocker.useFakeTimers()
  const states = []
  let hook
  const outcome = await attempt(() => {
    const args = job.args.map((tree) => decode(tree, spies))
    hook = drawing.renderHook(() => reach(job.target.path)(...args))
    return undefined
  })
  if (outcome.kind === 'value') {
    states.push(encode(hook.result.current))
    for (const deed of job.steps) {
      try {
        await drawing.act(async () => {
          if (deed.act === 'advance') mocker.advanceTimersByTime(deed.ms)
          else {
            const called = deed.path.reduce((value, key) => value[key], hook.result.current)
            await settled(called(...deed.args.map((tree) => decode(tree, spies))))
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
  return { outcome, states, spies: heardBy(spies) }
}

function hookDeeds(tree) {
  const deeds = plan.timers ? [{ act: 'advance', ms: 1000 }, { act: 'advance', ms: 5000 }] : []
  const values = [[], [3], ['alpha'], [true]]
  const callable = (value) => value?.$ === 'function'
  if (callable(tree)) deeds.push(...values.map((args) => ({ act: 'call', path: [], args })))
  if (Array.isArray(tree)) tree.forEach((item, index) => callable(item) && deeds.push(...values.map((args) => ({ act: 'call', path: [index], args }))))
  if (tree?.$ === 'object') for (const [key, item] of tree.v) if (callable(item)) deeds.push(...values.map((args) => ({ act: 'call', path: [key], args })))
  return deeds
}
