// What lets Node load TypeScript in this project: what its own configuration names, else what it has installed.
const { createRequire } = require('node:module')
const { join } = require('node:path')

const KNOWN = [
  { package: 'tsx', flags: ['--import', 'tsx'] },
  { package: '@swc-node/register', require: '@swc-node/register' },
  { package: '@swc/register', require: '@swc/register' },
  { package: 'ts-node', require: 'ts-node/register' },
  { package: 'esbuild-register', require: 'esbuild-register/dist/node' },
]
const NAMES = /(?:^|[=/])(?:tsx|ts-node|@swc-node\/register|@swc\/register|esbuild-register|sucrase|@babel\/register)(?:[/@]|$)/

exports.needsLoader = (paths) => paths.some((path) => /\.[cm]?tsx?$/.test(path)) && !process.features.typescript

exports.namesLoader = (words) => words.some((word) => NAMES.test(String(word)))

// `{ flags, require }` of the first that is installed, or null.
exports.installedLoader = (root) => {
  const from = createRequire(join(root, 'package.json'))
  for (const known of KNOWN) {
    try {
      from.resolve(known.require ?? known.package)
      return known
    } catch {}
  }
  return null
}

exports.MISSING =
  'This project has nothing that lets Node load TypeScript. Install tsx (npm i -D tsx), or name a loader in its configuration.'
