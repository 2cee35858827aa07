// The same value twice where two of one kind are wanted: what compares them goes on from there.
function twins(target) {
  const all = lists(target)
  const found = []
  if (all.some((list) => !list.length)) return found
  for (let at = 0; at + 1 < all.length; at++) {
    const [one, other] = [target.params[at], target.params[at + 1]]
    const isGuess = [one.shape, other.shape].some((shape) => shape.k === 'any' || shape.loose)
    if (other.rest || (!isGuess && JSON.stringify(one.shape) !== JSON.stringify(other.shape))) continue
    const kinds = new Map([...all[at + 1], ...all[at], ...(isGuess ? candidates({ k: 'any' }, '') : [])].map((tree) => [kindOf(tree), tree]))
    for (const tree of kinds.values()) found.push(all.map((list, index) => (index === at || index === at + 1 ? tree : list[0])))
  }
  return found
}

function kindOf(tree) {
  return Array.isArray(tree) ? `array of ${tree.length}` : tree === null ? 'null' : (tree.$ ?? typeof tree)
}
