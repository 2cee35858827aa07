// Runs in Node's thread for loading modules: whoever imports node:test gets our names for it.
const shim = new URL('./shim.mjs', import.meta.url).href

export async function resolve(specifier, context, next) {
  if (specifier === 'node:test' && !context.parentURL?.startsWith(new URL('.', import.meta.url).href)) {
    return { url: shim, format: 'module', shortCircuit: true }
  }
  return next(specifier, context)
}
