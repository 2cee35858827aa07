// Laws that a function keeps on all that was tried and on whatever fast-check thinks of, in projects that have it.
const LEAST_INPUTS = 3
const MOST_LAWS = 12
const LAW_RUNS = 60
const ARBITRARIES = {
  string: (fc) => fc.string(),
  number: (fc) => fc.integer(),
  strings: (fc) => fc.array(fc.string()),
  numbers: (fc) => fc.array(fc.integer()),
}

async function tellLaws(piles, isOver) {
  const fc = plan.laws ? await loadFastCheck() : null
  if (!fc) return []
  const found = []
  for (const [target, pile] of piles) {
    const { kind, inputs } = inputsFor(target, pile)
    if (inputs.length < LEAST_INPUTS || isOver() || found.length >= MOST_LAWS) continue
    for (const law of lawsOf(target, inputs, piles)) if (holdsFor(law, ARBITRARIES[kind](fc), fc)) found.push(toldLaw(target, inputs[0], kind, law))
  }
  return found
}

async function loadFastCheck() {
  try {
    const loaded = await fastCheck()
    return typeof loaded.property === 'function' ? loaded : loaded.default
  } catch {
    return null
  }
}

const kindOfInput = (value) => {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? 'strings' : value.every(Number.isInteger) ? 'numbers' : ''
  return typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'number' : ''
}

// All that it was given alone, of the one kind that it took most often, and took.
function inputsFor(target, pile) {
  const byKind = new Map()
  const isPlain = ({ job, seen }) => job.args.length === 1 && !job.steps.length && seen.outcome.kind === 'value' && !seen.outcome.isAsync && !seen.asked.length
  if (target.kind === 'function' && target.path.length === 1)
    for (const { job } of [...pile.ways.values(), ...pile.answers.values()].filter(isPlain)) {
      const kind = kindOfInput(job.args[0])
      if (kind && !(Array.isArray(job.args[0]) && !job.args[0].length)) byKind.set(kind, [...(byKind.get(kind) ?? []), job.args[0]])
    }
  const [kind = '', inputs = []] = [...byKind].sort((a, b) => b[1].length - a[1].length)[0] ?? []
  return { kind, inputs }
}

const asText = (value) => JSON.stringify(encode(value))

function lawsOf(target, inputs, piles) {
  const call = (value) => callTarget(target, [value])
  const changes = () => inputs.some((value) => asText(call(value)) !== asText(value))
  const law = (says, left, right, other = null) => ({ says, other, holds: (value) => asText(left(value)) === asText(right(value)) })
  const twice = (value) => call(call(value))
  const rests = law('rests', twice, call)
  const returns = law('returns', twice, (value) => value)
  const others = [...piles.keys()].filter((other) => other.kind === 'function' && areOpposite(target.name, other.name))
  const undone = others.map((other) => law('undone', (value) => callTarget(other, [call(value)]), (value) => value, other.id))
  const staysOfItsKind = () => inputs.every((value) => kindOfInput(call(value)) === kindOfInput(value))
  const isKept = ({ holds }) => tryTo(() => inputs.every(holds)) === true
  const itself = tryTo(staysOfItsKind) ? [isKept(rests) ? rests : returns] : []
  return tryTo(changes) ? [...undone, ...itself].filter(isKept) : []
}

const SWAPS = [['encode', 'decode'], ['parse', 'format'], ['parse', 'stringify'], ['serialize', 'deserialize'], ['compress', 'decompress'], ['pack', 'unpack'], ['escape', 'unescape'], ['encrypt', 'decrypt'], ['split', 'join'], ['to', 'from'], ['quote', 'unquote'], ['wrap', 'unwrap'], ['flatten', 'unflatten']]

// One name is the other with a word turned round: `escapeHtml` and `unescapeHtml`.
function areOpposite(one, other) {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  const pairs = SWAPS.flatMap((pair) => [pair, [...pair].reverse()])
  return a !== b && pairs.some(([from, to]) => a.includes(from) && a.replace(from, to) === b)
}

// As the test itself will ask.
function holdsFor({ holds }, arbitrary, fc) {
  try {
    fc.assert(fc.property(arbitrary, holds), { seed: 1, numRuns: LAW_RUNS })
    return true
  } catch {
    return false
  }
}

function toldLaw(target, input, kind, { says, other }) {
  const outcome = { kind: 'value', tree: null, isAsync: false }
  return { target: target.id, args: [input], steps: [], isExample: false, answer: null, asked: [], after: [], spies: [], branches: [], outcome, law: { says, other, kind } }
}
