// Where the code refuses something: values of another kind than the declared one. Only a refusal is told of them.
function misfits({ params }, all) {
  if (!plan.refuses || all.some((list) => !list.length)) return []
  return params.flatMap(({ shape, rest }, at) => {
    if (rest || shape.k === 'any' || shape.loose) return []
    return [...strangersTo(shape, all[at]), ...strangersWithin(shape, all[at])].map((tree) => all.map((list, index) => (index === at ? tree : list[0])))
  })
}

function strangersTo(shape, pool) {
  const kinds = new Set(pool.map(kindOf))
  const isNamed = shape.k === 'literal' || (shape.k === 'union' && shape.of.every(({ k }) => k === 'literal'))
  return STRANGERS.filter((tree) => isNamed || !kinds.has(kindOf(tree)))
}

// An object of which one member is lacking, or is of another kind.
function strangersWithin(shape, [usual]) {
  if (shape.k !== 'object' || usual?.$ !== 'object') return []
  return usual.v.flatMap(([name], at) => {
    const inner = memberShape(shape, name)
    const strange = inner && inner.k !== 'any' ? strangersTo(inner, candidates(inner, name, 2)).slice(0, 3) : []
    return [usual.v.toSpliced(at, 1), ...strange.map((tree) => usual.v.with(at, [name, tree]))].map((v) => ({ $: 'object', v }))
  })
}

const STRANGERS = ['alpha', 42, null, UNDEFINED, { $: 'object', v: [] }, []]
