// Runs in Node's thread for loading modules: from the second run on, a file has another address in each, and so is another module.
let run

export function initialize(data) {
  run = data.run
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  const number = Atomics.load(run, 0)
  if (!number || !found.url.startsWith('file:')) return found
  const url = new URL(found.url)
  url.searchParams.set('testwright', number)
  return { ...found, url: url.href }
}
