// Inputs worth trying, most telling first: what the types say, what the source compares with, then boundaries.
function randomBy(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

// Texts that some predicate of the file said yes to: likely what its other functions want.
const proven = []

// Texts and numbers that chance made up: in what is told they are cut down to what is needed. A literal reads best whole.
const invented = new Set()
const MOST_INVENTED = 50000

function invent(value) {
  if (typeof value !== 'object' && invented.size < MOST_INVENTED && !plan.strings.includes(value) && !WORDS.includes(value)) invented.add(value)
  return value
}

const MOST_CANDIDATES = 60
const WORDS = ['alpha', 'beta', 'hello world', 'Ada Lovelace', '', ' padded ', 'ABC', '42', 'a']
const BY_NAME = [
  [/e-?mail/i, ['ada@example.com', 'not-an-email']],
  [/url|href|link|uri/i, ['https://example.com/a?b=1', '/path']],
  [/path|file/i, ['src/index.js', 'a/b/c.txt', '/']],
  [/date|(^|_)at$|At$|time|expires/i, ['2024-02-29T12:00:00.000Z', '2024-01-31']],
  [/colou?r|hex/i, ['#ff8800', 'red']],
  [/country|region/i, ['DE', 'US', 'FR']],
  [/locale|lang/i, ['en-US', 'de-DE']],
  [/currency/i, ['EUR', 'USD']],
  [/^(first|last|user|full)?_?name$/i, ['Ada', 'Ada Lovelace']],
  [/sku|^id$|Id$|key|slug/i, ['a-1', 'b-2', 'missing']],
  [/label|title|text|message|children/i, ['Save', 'Hello']],
  [/word|noun/i, ['cat', 'box', 'city', 'child', 'sheep']],
  [/json/i, ['{"a":1}', '[1,2]', 'nope']],
  [/version/i, ['1.2.3', '2.0.0-beta.1']],
]

function candidates(shape, name, depth = 0) {
  const made = []
  const seen = new Set()
  const add = (...trees) => {
    for (const tree of trees) {
      const key = JSON.stringify(tree)
      if (tree !== undefined && !seen.has(key) && made.length < MOST_CANDIDATES) {
        seen.add(key)
        made.push(tree)
      }
    }
  }
  fill(shape ?? { k: 'any' }, name ?? '', depth, add)
  return made
}

const FILE_TEXTS = ['alpha\nbeta\n', '{"a":1}\n', '', 'key=value\n# note\n', '{"key":"a","val":1}\n{"key":"b","val":2}\n', 'name,age\nAda,36\n']
const UNDEFINED = { $: 'undefined' }

function fill(shape, name, depth, add) {
  if (depth > 5 && !isPlain(shape)) return add('alpha', 1)
  const inner = (each, of = name) => candidates(each, of, depth + 1)
  switch (shape.k) {
    case 'literal':
      return add(shape.v)
    case 'union': {
      const lists = shape.of.map((each) => inner(each))
      const longest = Math.max(0, ...lists.map((list) => list.length))
      for (let index = 0; index < longest; index++) add(...lists.map((list) => list[index]))
      return
    }
    case 'regex': {
      const random = randomBy(plan.seed + shape.v.length)
      const test = safeRegex(shape.v, shape.f)
      const found = []
      for (let index = 0; index < 40 && found.length < 12; index++) {
        const text = sampleRegex(shape.v, shape.f, random)
        if (!found.includes(text) && test?.test(text) !== false) found.push(text)
        if (test) test.lastIndex = 0
      }
      found.sort((a, b) => a.length - b.length)
      const beyond = [...found.slice(0, 3).map((text) => text.slice(1)), ...found.slice(0, 3).map((text) => `${text}!`)]
      add(...found.map(invent), ...beyond.map(invent), '')
      return
    }
    case 'string':
      return fillText(name, add)
    case 'number':
      return fillNumber(name, add)
    case 'boolean':
      return add(true, false)
    case 'null':
      return add(null)
    case 'undefined':
      return add(UNDEFINED)
    case 'bigint':
      return add({ $: 'bigint', v: '1' }, { $: 'bigint', v: '0' }, { $: 'bigint', v: '-5' })
    case 'date':
      return add({ $: 'date', v: '2024-02-29T12:00:00.000Z' }, { $: 'date', v: '1970-01-01T00:00:00.000Z' }, { $: 'date', v: '2023-12-31T23:59:59.000Z' })
    case 'regexp':
      return add({ $: 'regexp', v: 'a+', f: '' }, { $: 'regexp', v: '^(\\w+)$', f: 'i' })
    case 'array':
      return fillArray(inner(shape.of, singular(name)), add)
    case 'tuple': {
      const lists = shape.of.map((each) => inner(each))
      return spread(lists, add)
    }
    case 'object':
      return fillObject(shape, depth, add)
    case 'record': {
      const values = inner(shape.of ?? { k: 'any' }, '')
      const keys = shape.keys ? inner(shape.keys).filter((key) => typeof key === 'string') : ['a', 'b', 'c']
      add({ $: 'object', v: [[keys[0] ?? 'a', values[0]]] }, { $: 'object', v: keys.slice(0, 3).map((key, index) => [key, values[index % values.length]]) }, { $: 'object', v: [] })
      for (const value of values.slice(1, 6)) add({ $: 'object', v: [[keys[0] ?? 'a', value]] })
      return
    }
    case 'map': {
      const keys = inner(shape.keys ?? { k: 'string' })
      const values = inner(shape.of ?? { k: 'any' })
      return add({ $: 'map', v: [[keys[0], values[0]]] }, { $: 'map', v: [] }, { $: 'map', v: keys.slice(0, 2).map((key, index) => [key, values[index % values.length]]) })
    }
    case 'set': {
      const items = inner(shape.of ?? { k: 'any' })
      return add({ $: 'set', v: items.slice(0, 2) }, { $: 'set', v: [] })
    }
    case 'function':
      return fillFunction(shape, name, depth, add)
    case 'instance': {
      const target = shape.home
        ? plan.makers.find((each) => each.name === shape.v && each.home === shape.home)
        : plan.targets.find((each) => each.kind === 'class' && each.name === shape.v)
      if (!target) return add({ $: 'object', v: [] })
      const lists = target.params.map((parameter) => inner(parameter.shape, parameter.name))
      return spread(lists, (...trees) => add(...trees.map((args) => ({ $: 'new', path: target.path, name: target.name, args }))), 6)
    }
    case 'node':
      return add('Hello', 'Save')
    case 'file':
      return add(...[...FILE_TEXTS, null].map((text) => ({ $: 'file', v: /^(file|path|file_?(name|path))$/i.test(name) ? 'notes.txt' : `${name}.txt`, text })))
    default:
      return fillAny(name, add)
  }
}

const PLAIN = ['literal', 'string', 'number', 'boolean', 'null', 'undefined', 'bigint', 'date']

function isPlain(shape) {
  return shape.k === 'union' ? shape.of.every(isPlain) : PLAIN.includes(shape.k)
}

function safeRegex(source, flags) {
  try {
    return new RegExp(source, flags)
  } catch {
    return null
  }
}

const singular = (name) => name.replace(/ies$/, 'y').replace(/s$/, '')

function hinted(name) {
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? []
}

// Texts with the parts that the code takes texts apart into: `foo=bar; path=/; secure` for one that splits at `;` and `=`.
let compositions

function composed() {
  compositions ??= compose(plan.separators, plan.words)
  return compositions
}

function compose([outer, inner], words) {
  if (!outer) return []
  const between = /[,;]/.test(outer) ? `${outer} ` : outer
  if (!inner) return [['alpha', 'beta'], ['a', 'b', 'c'], ...words.map((word) => ['alpha', word])].map((parts) => parts.join(outer)).concat(['alpha', 'beta'].join(between))
  const pair = (word) => `${word}${inner}${hinted(word)[0] ?? '1'}`
  const first = `foo${inner}bar`
  const all = [[first], [first, `a${inner}1`], [first, ...words.map(pair)], ...words.flatMap((word) => [[first, pair(word)], [first, word]])]
  return all.map((parts) => parts.join(between)).slice(0, 18)
}

// A map, since an object would know `constructor` and `toString` too.
const compared = new Map(plan.compared)

function fillText(name, add) {
  add(...addressesFor(name))
  const own = (compared.get(name) ?? []).filter((each) => typeof each === 'string')
  add(...own, ...hinted(name), ...composed().slice(0, 2), 'alpha')
  for (const regex of plan.regexes.slice(0, 12)) fill({ k: 'regex', v: regex[0], f: regex[1] }, name, 1, (text) => add(text))
  add(...composed(), ...plan.strings.slice(0, 12))
  for (const regex of plan.regexes.slice(0, 6)) fill({ k: 'regex', v: regex[0], f: regex[1] }, name, 1, (...trees) => add(...trees.slice(0, 6)))
  add(...plan.strings.slice(0, 20), ...WORDS)
}

function fillNumber(name, add) {
  const isWhole = /cents|count|quantity|index|size|length|year|month|day|^ms$|millis|seconds|minutes|hours|bytes|^n$|num|id$/i.test(name)
  const own = (compared.get(name) ?? []).filter((each) => typeof each === 'number')
  if (/percent|ratio|rate/i.test(name)) add(10, 50, 100)
  if (/cents|price|amount|total|bytes|ms|millis|size/i.test(name)) add(1250, 123456, 100)
  if (/lat/i.test(name)) add(52.52, -33.87)
  if (/lon|lng/i.test(name)) add(13.4, 151.21)
  if (/bytes|size|ms|millis|duration/i.test(name)) add(1024, 90000, 5000000, 7200000000)
  if (/^(min|low|lower|lo|from|start|begin)/i.test(name)) add(0)
  if (/^(max|high|upper|hi|limit|end|stop)/i.test(name)) add(10)
  add(3)
  for (const value of own) add(value, value + 1, value - 1)
  add(0, 1, 10, -1, 2)
  for (const value of plan.numbers.filter((each) => !isWhole || Number.isInteger(each)).slice(0, 16)) add(value, value + 1, value - 1, -value)
  add(...plan.limits, 1.5, 100, 1000, 0.1, 1e6, -2.5)
}

function fillArray(items, add) {
  add(items.slice(0, 3), [], items.slice(0, 1), items.slice(0, 2), [items[0], items[0]], items.slice(1, 4), items.slice(0, 3).reverse())
  for (const item of items.slice(1, 14)) add([item], [items[0], item])
}

function fillObject(shape, depth, add) {
  const lists = shape.props.map(([name, each]) => candidates(each, name, depth + 1))
  const build = (choose) => ({
    $: 'object',
    v: shape.props.flatMap(([name], index) => {
      const value = choose(index)
      return value === undefined ? [] : [[name, value]]
    }),
  })
  const first = (index) => lists[index][0]
  const needed = (index) => (shape.props[index][2] ? undefined : first(index))
  // Where nothing is needed, mostly one property is meant and not all at once.
  const isChoice = lists.length > 1 && shape.props.every((prop) => prop[2]) && !shape.loose
  if (isChoice) for (let index = 0; index < Math.min(lists.length, 4); index++) add(build((other) => (other === index ? first(other) : undefined)))
  add(build(needed), build(first))
  // One property at a time, all properties in turn, so that none waits behind another's many values.
  const most = depth > 1 ? 4 : 12
  for (let round = 0; round < most; round++)
    for (let index = 0; index < lists.length; index++) {
      const value = lists[index][round]
      if (value !== undefined) add(build((other) => (other === index ? value : needed(other))))
      if (round === 0 && shape.props[index][2]) add(build((other) => (other === index ? undefined : first(other))))
    }
  if (shape.loose) for (let index = 0; index < lists.length; index++) add(build((other) => (other === index ? undefined : needed(other))))
}

function fillFunction(shape, name, depth, add) {
  const returns = shape.returns?.k
  const { takes } = shape
  const counts = (number) => !takes || (takes.length >= number && takes.slice(0, number).every((kind) => kind === 'number' || kind === 'any'))
  const label = /^[A-Za-z_$][\w$]*$/.test(name) ? name : 'callback'
  if (/compar|equal|same/i.test(name)) add({ $: 'fn', v: returns === 'number' || /sort/i.test(name) ? 'ascending' : 'same' })
  if (/compar|sort/i.test(name) && returns !== 'boolean') add({ $: 'fn', v: 'ascending' })
  if (returns === 'boolean' || /predicate|filter|test|match|should|is[A-Z]/.test(name)) add(counts(1) ? { $: 'fn', v: 'positive' } : undefined, { $: 'fn', v: 'yes' }, { $: 'fn', v: 'no' })
  if (/^on[A-Z]|callback|^cb$|listener|handler|done/i.test(name) || returns === 'void') add({ $: 'spy', v: label })
  if (shape.returns && returns !== 'void' && returns !== 'any')
    for (const value of candidates(shape.returns, '', depth + 2).slice(0, 2)) add({ $: 'spy', v: label, returns: value })
  // What has to give a text or an object does not do with a number.
  if (returns && !['any', 'number', 'boolean', 'void', 'union', 'literal'].includes(returns)) return
  if (counts(1)) add({ $: 'fn', v: 'double' })
  if (takes?.length !== 0) add({ $: 'fn', v: 'identity' })
  add({ $: 'spy', v: label })
  if (counts(2)) add({ $: 'fn', v: 'sum' })
  if (takes?.length !== 0) add({ $: 'fn', v: 'truthy' })
  if (!returns || returns === 'any') add({ $: 'fn', v: 'no' })
}

function fillAny(name, add) {
  if (/^on[A-Z]/.test(name)) return fillFunction({}, name, 3, add)
  if (/^(is|has|should|can|with)[A-Z_]|enabled|disabled|strict|force|verbose/.test(name)) add(true, false)
  if (/^(fn|func|callback|cb|predicate|iteratee|mapper|handler|listener|comparator)$|Fn$/i.test(name)) fillFunction({}, name, 3, add)
  if (/^(items|list|array|arr|values|rows|elements|args|collection|entries)$/i.test(name)) fillArray([1, 2, 3, 'a'], add), fillArray(plan.strings.slice(0, 6).concat('a'), add)
  if (/^(n|num|number|count|size|length|index|min|max|start|end|total|amount|value|val|x|y|a|b|i|ms|width|height|places|precision)$/i.test(name)) fillNumber(name, (...trees) => add(...trees.slice(0, 12)))
  if (/^(options|opts|config|settings|params|props|obj|object)$/i.test(name)) fillObject({ props: plan.keys.slice(0, 12).map((key) => [key, { k: 'any' }, true]) }, 3, add)
  fillText(name, add)
  fillNumber(name, (...trees) => add(...trees.slice(0, 10)))
  add(true, false, null, [1, 2, 3], { $: 'object', v: [['a', 1]] })
}

// Every list's first, then one list varied at a time.
function spread(lists, add, most = 14) {
  if (lists.some((list) => list.length === 0)) return
  add(lists.map((list) => list[0]))
  for (let round = 1; round < most; round++)
    for (let index = 0; index < lists.length; index++)
      if (round < lists[index].length) add(lists.map((list, other) => (other === index ? list[round] : list[0])))
}

// A neighbour of an input that led somewhere new.
function mutated(tree, random, pool, shape) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  if (pool?.length && isClosed(shape)) return pick(pool)
  const patterns = (shape?.k === 'union' ? shape.of : [shape]).filter((each) => each?.k === 'regex')
  if (patterns.length && random() < 0.5) {
    const pattern = pick(patterns)
    return invent(sampleRegex(pattern.v, pattern.f, random))
  }
  if (typeof tree === 'string' && proven.length && random() < 0.3) return pick(proven)
  if (pool?.length && tree?.$ === 'object' && shape?.k !== 'any' && random() < 0.9) return crossed(tree, pick(pool), random)
  if (pool?.length && random() < 0.4) return pick(pool)
  if (typeof tree === 'string') return invent(mutatedText(tree, random, pick))
  if (typeof tree === 'number') return invent(pick([tree + 1, tree - 1, -tree, tree * 2, Number.isInteger(tree) ? Math.trunc(tree / 2) : tree / 2, tree * 10, Math.trunc(tree), pick(plan.numbers) ?? 0, pick(plan.limits) ?? 0]))
  if (typeof tree === 'boolean') return !tree
  if (Array.isArray(tree)) {
    const copy = [...tree]
    const at = Math.floor(random() * (copy.length + 1))
    const what = random()
    if (what < 0.3 && copy.length) copy.splice(Math.min(at, copy.length - 1), 1)
    else if (what < 0.5 && copy.length) copy.splice(at, 0, pick(copy))
    else if (copy.length) copy[Math.min(at, copy.length - 1)] = mutatedMember(pick(copy), random, shape, at)
    return copy
  }
  if (tree?.$ === 'object' && tree.v.length) {
    const pairs = tree.v.map((pair) => [...pair])
    const at = Math.floor(random() * pairs.length)
    if (random() < 0.2) pairs.splice(at, 1)
    else pairs[at][1] = mutatedMember(pairs[at][1], random, shape, pairs[at][0])
    return { ...tree, v: pairs }
  }
  return tree
}

const memberPools = new Map()

// What stands in a list or an object keeps to what is meant there.
function mutatedMember(tree, random, shape, key) {
  const inner = memberShape(shape, key)
  if (inner && !memberPools.has(inner)) memberPools.set(inner, candidates(inner, String(key), 2))
  return mutated(tree, random, inner && isClosed(inner) ? memberPools.get(inner) : undefined, inner)
}

function memberShape(shape, key) {
  if (shape?.k === 'union') return shape.of.map((each) => memberShape(each, key)).find((each) => each)
  if (shape?.k === 'array' || shape?.k === 'record') return shape.of
  if (shape?.k === 'tuple') return shape.of[key]
  return shape?.k === 'object' ? shape.props.find(([name]) => name === key)?.[1] : undefined
}

// A union of literals, a flag, a list of them: nothing between the values is meant.
function isClosed(shape) {
  if (!shape) return false
  if (shape.k === 'union') return shape.of.every(isClosed)
  if (shape.k === 'array') return isClosed(shape.of)
  return ['literal', 'boolean', 'null', 'undefined', 'function', 'node', 'instance', 'date'].includes(shape.k)
}

function crossed(tree, other, random) {
  if (other?.$ !== 'object') return tree
  const pairs = new Map(tree.v)
  for (const [key, value] of other.v) if (random() < 0.4) pairs.set(key, value)
  return { $: 'object', v: [...pairs] }
}

function mutatedText(text, random, pick) {
  const sign = plan.separators.find((each) => text.includes(each))
  if (sign && random() < 0.4) return mutatedParts(text.split(sign), random, pick).join(sign).slice(0, 120)
  const at = Math.floor(random() * (text.length + 1))
  const word = pick(plan.strings.length ? plan.strings : WORDS)
  return pick([
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + word + text.slice(at),
    () => text + word,
    () => word + text,
    () => word,
    () => text.toUpperCase(),
    () => text.trim(),
    () => text + text,
    () => text.slice(0, at) + pick([...' -.,:;=_/0a1']) + text.slice(at),
  ])().slice(0, 120)
}

function mutatedParts(parts, random, pick) {
  const at = Math.floor(random() * parts.length)
  const word = pick(plan.words.length ? plan.words : WORDS)
  return pick([
    () => parts.toSpliced(at, 1),
    () => parts.toSpliced(at, 0, pick(parts)),
    () => parts.with(at, word),
    () => [...parts, ` ${word}`],
    () => [...parts].reverse(),
  ])()
}
