// jest's own parts, of the very version that runs: they need not be where the project's packages are.
const { realpathSync } = require('node:fs')
const { createRequire } = require('node:module')

const entry = createRequire(realpathSync(process.argv[1]))

exports.fromJest = (name) => {
  const cli = createRequire(entry.resolve('jest-cli'))
  for (const near of [entry, cli, ...['jest-config', '@jest/core'].map((part) => tryIn(cli, part)), reporters(cli)]) {
    try {
      return near(name)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  throw new Error(`${name} is not where jest is`)
}

// They bring what reads coverage.
function reporters(cli) {
  return tryIn(tryIn(cli, '@jest/core'), '@jest/reporters')
}

function tryIn(from, part) {
  try {
    return createRequire(from.resolve(part))
  } catch {
    return from
  }
}
