// Runs in Node's thread for loading modules: instruments the one file that is measured. It is registered before the
// project's own loaders, and so stands nearest to the file's text.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

let url = ''
let instrumented = null

export function initialize({ file, root, ready }) {
  url = pathToFileURL(file).href
  instrumented = createRequire(import.meta.url)('./measuring.cjs').instrumenter(file, root, ready)
}

export async function load(asked, context, next) {
  const found = await next(asked, context)
  const isCode = found.source != null && !String(found.format).startsWith('commonjs')
  if (asked.split('?')[0] !== url || !isCode) return found
  return { ...found, source: instrumented(Buffer.from(found.source).toString('utf8')) }
}
