// One name in two places of a call: the key that a text names, the table that has an entry for each key of another.
function withSharedName(args, random) {
  const places = namesIn(args, [])
  if (places.length < 2) return null
  const pick = (list) => list[Math.floor(random() * list.length)]
  const { name } = pick(places)
  const others = places.filter((place) => place.name !== name && !place.beside?.includes(name))
  return others.length && /^[\w$-]{1,20}$/.test(name) ? renamedAt(args, pick(others).at, name) : null
}

const MOST_NAMES = 40

// Keys of objects and short texts, each with the way to it: members, and `key` for a key itself.
function namesIn(tree, at, found = []) {
  if (found.length >= MOST_NAMES || at.length > 8) return found
  if (typeof tree === 'string') {
    const word = /[A-Za-z_$][\w$]*/.exec(tree)?.[0]
    if (word && tree.length <= 30) found.push({ name: word, at })
  } else if (Array.isArray(tree)) tree.forEach((item, index) => namesIn(item, [...at, index], found))
  else if (tree?.$ === 'object')
    tree.v.forEach(([key, value], index) => {
      found.push({ name: key, at: [...at, 'v', index, 0], beside: tree.v.map(([other]) => other) })
      namesIn(value, [...at, 'v', index, 1], found)
    })
  return found
}

// `--alpha` becomes `--name`: signs about a word stay.
function renamedAt(tree, [step, ...further], name) {
  if (step === undefined) return tree.replace(/[A-Za-z_$][\w$]*/, () => name)
  const inner = renamedAt(tree[step], further, name)
  return Array.isArray(tree) ? tree.with(step, inner) : { ...tree, [step]: inner }
}
