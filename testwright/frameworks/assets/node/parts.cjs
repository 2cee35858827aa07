// What node:test is given: a name, options and a function, each of which may be missing.
exports.partsOf = (args) => {
  const name = typeof args[0] === 'string' ? args[0] : undefined
  const fn = args.find((arg) => typeof arg === 'function')
  const options = args.find((arg) => arg !== null && typeof arg === 'object') ?? {}
  return { name: name ?? fn?.name ?? '<anonymous>', options, fn }
}

// As node:test calls it: with a callback where it takes one.
exports.called = (fn, context) => {
  if (fn.length < 2) return fn.call(context, context)
  return new Promise((resolve, reject) => {
    fn.call(context, context, (error) => (error ? reject(error) : resolve()))
  })
}
