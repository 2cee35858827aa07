// Values as plain data and back. Inputs are kept as data and made anew for every call, so no call sees another's traces.
const FUNCTIONS = {
  identity: (value) => value,
  double: (value) => value * 2,
  positive: (value) => value > 0,
  truthy: (value) => Boolean(value),
  yes: () => true,
  no: () => false,
  sum: (a, b) => a + b,
  ascending: (a, b) => a - b,
  same: (a, b) => a === b,
}

function decode(tree, spies) {
  if (Array.isArray(tree)) return tree.map((item) => decode(item, spies))
  if (tree === null || typeof tree !== 'object') return tree
  switch (tree.$) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(tree.v)
    case 'bigint':
      return BigInt(tree.v)
    case 'date':
      return new Date(tree.v)
    case 'regexp':
      return new RegExp(tree.v, tree.f)
    case 'map':
      return new Map(tree.v.map(([key, value]) => [decode(key, spies), decode(value, spies)]))
    case 'set':
      return new Set(tree.v.map((item) => decode(item, spies)))
    case 'file':
      return fileWith(tree)
    case 'member':
      return reach(tree.path ? [...tree.path, ...tree.v.split('.').slice(1)] : tree.v.split('.'))
    case 'fn':
      return FUNCTIONS[tree.v]
    case 'address':
      return `${served.url}${tree.v}`
    case AWAITED:
      return awaitedCallback()
    case 'code':
      return (0, eval)(`(${tree.v})`)
    case 'spy': {
      // A test has one spy of a name.
      const known = spies.find(([name]) => name === tree.v)
      if (known) return known[1]
      const spy = (...args) => {
        if (hearing) spy.calls.push(args.map((arg) => encode(arg)))
        return tree.returns === undefined ? undefined : decode(tree.returns, spies)
      }
      spy.calls = []
      spies.push([tree.v, spy])
      return spy
    }
    case 'new':
      return built(tree, spies)
    case 'object': {
      const made = {}
      for (const [key, value] of tree.v)
        Object.defineProperty(made, key, { value: decode(value, spies), enumerable: true, writable: true, configurable: true })
      return made
    }
  }
  return undefined
}

// A test looks right after the call: who calls back later is not heard, and what is told is as it was then.
let hearing = true
let isPatient = true

function heardBy(spies) {
  return spies.map(([name, spy]) => [name, [...spy.calls]])
}

// An argument that cannot be made says nothing about the call it was meant for.
class Unmade extends Error {}

function built(tree, spies) {
  const Made = reach(tree.path)
  const args = tree.args.map((arg) => decode(arg, spies))
  try {
    return new Made(...args)
  } catch {
    throw new Unmade()
  }
}

const CUT = { $: 'cut' }

function encode(value, state = { left: 250, seen: [] }, depth = 0) {
  if (--state.left < 0 || depth > 7) return CUT
  switch (typeof value) {
    case 'string':
      if (value.includes(FILES) || (served.url && value.includes(served.url))) return CUT
      return value.length > 400 || /[\ud800-\udfff](?![\udc00-\udfff])/.test(value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')) ? CUT : value
    case 'boolean':
      return value
    case 'undefined':
      return { $: 'undefined' }
    case 'bigint':
      return { $: 'bigint', v: String(value) }
    case 'symbol':
      return { $: 'symbol' }
    case 'function':
      return { $: 'function' }
    case 'number':
      // Where the code speaks of it, a member that is no number is meant.
      if (Number.isNaN(value) && depth > 0 && plan.knowsNaN) return { $: 'code', v: 'NaN' }
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) }
  }
  if (value === null) return null
  if (state.seen.includes(value)) return CUT
  state.seen.push(value)
  try {
    return encodeObject(value, state, depth)
  } catch {
    return CUT
  } finally {
    state.seen.pop()
  }
}

function encodeObject(value, state, depth) {
  const inner = (item) => encode(item, state, depth + 1)
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (Array.isArray(value)) return value.length > 60 || Object.keys(value).length !== value.length ? CUT : value.map(inner)
  if (kind === 'Date') return Number.isNaN(value.getTime()) ? CUT : { $: 'date', v: value.toISOString() }
  if (kind === 'RegExp') return { $: 'regexp', v: value.source, f: value.flags }
  if (kind === 'Map') return value.size > 60 ? CUT : { $: 'map', v: [...value].map(([key, item]) => [inner(key), inner(item)]) }
  if (kind === 'Set') return value.size > 60 ? CUT : { $: 'set', v: [...value].map(inner) }
  if (kind === 'Error' || value instanceof Error) return { $: 'error', name: String(value.name), message: String(value.message).slice(0, 400) }
  if (typeof value.then === 'function') return { $: 'promise' }
  if (typeof value.$$typeof === 'symbol' || typeof value.nodeType === 'number' || typeof value.preventDefault === 'function') return CUT
  if (kind !== 'Object') return CUT
  const keys = Object.keys(value)
  if (keys.length > 60 || Object.getOwnPropertySymbols(value).length) return CUT
  const prototype = Object.getPrototypeOf(value)
  const pairs = keys.map((key) => [key, inner(value[key])])
  if (prototype === null || prototype === Object.prototype || prototype.constructor?.name === 'Object')
    return prototype === null ? { $: 'object', v: pairs, bare: true } : { $: 'object', v: pairs }
  return { $: 'instance', class: String(prototype.constructor?.name ?? ''), v: pairs }
}

// Whether a value has one of these kinds anywhere inside.
function holds(tree, kinds) {
  if (Array.isArray(tree)) return tree.some((item) => holds(item, kinds))
  if (tree === null || typeof tree !== 'object') return false
  if (kinds.includes(tree.$) || (tree.$ === 'number' && tree.v === 'NaN' && kinds.includes('NaN'))) return true
  return Array.isArray(tree.v) && holds(tree.v, kinds)
}

function reach(path) {
  return path.reduce((owner, name) => owner?.[name], unit)
}
