// What Node takes for a module rather than for CommonJS.
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
