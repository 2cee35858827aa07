// What Node has required can be required anew; what it has imported as a module cannot.
const { existsSync, readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

exports.isModule = (file) => {
  if (/^\s*(?:import\s*[\w{*'"]|export\s)/m.test(readFileSync(file, 'utf8'))) return true
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module'
    if (folder === dirname(folder)) return false
  }
}

exports.loadedFiles = () => new Set(Object.keys(require.cache))

exports.forgetSince = (before) => {
  for (const path of Object.keys(require.cache)) if (!before.has(path)) delete require.cache[path]
}

// What was loaded since: none of it keeps what it remembers when it is forgotten. Compiled code does, and what is imported.
const KEEPING = new Map()
exports.forgetsAllSince = (before) =>
  Object.keys(require.cache).every((path) => before.has(path) || !keeps(path))

function keeps(path) {
  if (!KEEPING.has(path)) KEEPING.set(path, path.endsWith('.node') || /\bimport\s*\(/.test(readFileSync(path, 'utf8')))
  return KEEPING.get(path)
}
