// What can be seen of elements beside roles and texts: their attributes, each with the way in which a test finds its element.
const TELLING = /^(class|id|style|href|src|alt|type|title|placeholder|name|for|min|max|step|target|rel|tabindex|aria-[a-z]+|data-[\w-]+)$/
// Names that a library makes up from the styles, or React from the order in which things were drawn.
const MADE_UP = /^(go|css-|sc-|jss|emotion-)[\w-]*\d|^:r\w*:$|«r/
const LONGEST_LOOK = 160
const MOST_LOOKS = 8

function looksOf(look, container, roles, texts) {
  const found = []
  for (const element of [...container.querySelectorAll('*')].slice(0, 80)) {
    const attributes = [...element.attributes].filter(isTelling).map(({ name, value }) => [name, value])
    const at = attributes.length ? wayTo(look, element, container, roles, texts) : null
    if (at) found.push({ at, attributes })
    if (found.length === MOST_LOOKS) break
  }
  return found
}

function isTelling({ name, value }) {
  return TELLING.test(name) && value !== '' && value.length <= LONGEST_LOOK && !value.split(' ').some((word) => MADE_UP.test(word)) && !value.includes(FILES)
}

// By its role and name, else by its text, or as what stands around a text; the first of all by itself.
function wayTo(look, element, container, roles, texts) {
  const known = roles.find(({ role, name }) => name && look.queryAllByRole(role, { name }).includes(element))
  if (known) return { by: 'role', role: known.role, name: known.name }
  if (element === container.firstElementChild) return { by: 'root' }
  const textIn = (each) => (each.childElementCount ? '' : each.textContent.replace(/\s+/g, ' ').trim())
  if (texts.includes(textIn(element))) return { by: 'text', text: textIn(element) }
  const inner = [...element.children].find((each) => texts.includes(textIn(each)))
  return inner ? { by: 'around', text: textIn(inner) } : null
}

function elementAt(at, container) {
  const look = drawing.within(container)
  if (at.by === 'root') return container.firstElementChild
  if (at.by === 'role') return look.queryAllByRole(at.role, { name: at.name })[0]
  const found = look.queryAllByText(at.text)[0]
  return at.by === 'around' ? found?.parentElement : found
}

const MOST_FIRED_ON = 3
const KEYS = ['Enter', 'Escape']

// What the code listens for beside clicks and texts, on what can be used and on the whole.
function firesOn(state) {
  if (!plan.events.length || !state || state.isEmpty) return []
  const used = state.roles.filter(({ name, disabled }) => name && !disabled).slice(0, MOST_FIRED_ON).map(({ role, name }) => ({ by: 'role', role, name }))
  const keys = [...new Set([...(compared.get('key') ?? []).filter((each) => typeof each === 'string'), ...KEYS])].slice(0, 6)
  return plan.events.flatMap((event) => {
    const inits = event.startsWith('key') ? keys.map((key) => [['key', key]]) : [[]]
    return [{ by: 'root' }, ...used].flatMap((at) => inits.map((v) => ({ act: 'fire', event, at, init: { $: 'object', v } })))
  })
}
