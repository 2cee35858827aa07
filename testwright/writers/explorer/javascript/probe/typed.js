// What a checker of types would certainly not take: a test that does not type-check is no test.
const isTyped = () => plan.isTyped === true

function isWellTyped({ target, args, steps }) {
  const last = steps.at(-1)
  return areOfShape(args, target.params) && (!last?.args || areOfShape(last.args, paramsOf(target, last)))
}

function areOfShape(args, params = []) {
  return args.every((tree, at) => !params[at] || params[at].rest || isOfShape(tree, params[at].shape))
}

function paramsOf({ methods = [], gives }, { name }) {
  return methods.find((method) => method.name === name)?.params ?? (name ? gives?.methods?.[name] : gives?.call) ?? []
}

const isPlainValue = (tree) => tree === null || ['string', 'number', 'boolean'].includes(typeof tree)

// Says no only to what members, literals and plain kinds certainly refuse.
function isOfShape(tree, shape) {
  if (!shape || tree?.$ === 'undefined') return true
  switch (shape.k) {
    case 'union':
      return shape.of.some((each) => isOfShape(tree, each))
    case 'literal':
      return JSON.stringify(tree?.is ?? tree) === JSON.stringify(shape.v?.is ?? shape.v)
    case 'array':
      return Array.isArray(tree) ? tree.every((item) => isOfShape(item, shape.of)) : !isPlainValue(tree) && tree.$ !== 'object'
    case 'object':
      return tree?.$ === 'object' ? hasMembersOf(tree, shape) : !isPlainValue(tree) && !Array.isArray(tree)
    case 'string':
    case 'number':
    case 'boolean':
      return typeof tree === shape.k || !(isPlainValue(tree) || Array.isArray(tree) || ['object', 'fn', 'spy'].includes(tree.$))
    default:
      return true
  }
}

function hasMembersOf(tree, { props, loose }) {
  const members = new Map(tree.v)
  const isKnown = loose || tree.v.every(([key]) => props.some(([name]) => name === key))
  return isKnown && props.every(([name, each, optional]) => (members.has(name) ? isOfShape(members.get(name), each) : optional))
}
