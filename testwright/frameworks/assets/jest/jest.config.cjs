// The configuration every run gets: the project's own, where there is one, with what a sandboxed, seeded, measured run
// needs on top; else one that reads modern JavaScript and TypeScript without being told how.
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join, resolve } = require('node:path')

const order = JSON.parse(process.env.TESTWRIGHT_ORDER)
const entry = require('node:fs').realpathSync(process.argv[1])
const nearJest = createRequire(entry)
const CODE = '\\.[cm]?[jt]sx?$'
const ASSETS = '\\.(css|less|s[ac]ss|styl|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|eot|mp[34]|webm|pdf)(\\?.*)?$'

require('../javascript/unending.cjs')

module.exports = async () => {
  const { config, folder } = await projectConfig()
  const chosen = config ?? managedConfig()
  for (const name of ['coverageThreshold', 'watchPlugins', 'collectCoverageFrom', 'coverageReporters', 'bail', 'notify'])
    delete chosen[name]
  return {
    ...chosen,
    rootDir: resolve(folder, chosen.rootDir ?? '.'),
    setupFiles: [join(__dirname, 'setup.cjs'), ...(chosen.setupFiles ?? [])],
    testPathIgnorePatterns: ['/node_modules/'],
    testMatch: undefined,
    testRegex: order.suites.map((path) => `/${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    haste: { ...chosen.haste, enableSymlinks: false },
    ...(process.env.TESTWRIGHT_CHALLENGE ? CHALLENGED : watched(chosen)),
    ...(process.env.TESTWRIGHT_CHALLENGE || order.untimed ? withoutTypes(chosen) : {}),
    ...(order.alone ? { runner: join(__dirname, 'turns-runner.cjs') } : {}),
  }
}

function watched({ testRunner = 'jest-circus' }) {
  return testRunner.includes('circus') ? { testRunner: join(__dirname, 'cases-tests.cjs') } : {}
}

const CHALLENGED = { runner: join(__dirname, 'challenge-runner.cjs'), testRunner: join(__dirname, 'challenge-tests.cjs') }

// Switched code, and what explores, is for running: whoever also checks types would miss the declaration of the switch, and has
// the whole compiler at work in the process, twice the memory of all else.
function withoutTypes({ preset, transform, globals }) {
  const FOR_RUNNING = { diagnostics: false, isolatedModules: true }
  const chosen = Object.entries(transform ?? {}).map(([pattern, how]) => {
    const [path, options] = [how].flat()
    return [pattern, /ts-jest/.test(path) ? [path, { ...options, ...FOR_RUNNING }] : how]
  })
  return {
    ...(transform ? { transform: Object.fromEntries(chosen) } : {}),
    ...(/ts-jest/.test(preset) || globals?.['ts-jest']
      ? { globals: { ...globals, 'ts-jest': { ...globals?.['ts-jest'], ...FOR_RUNNING } } }
      : {}),
  }
}

async function projectConfig() {
  try {
    const inCli = createRequire(nearJest.resolve('jest-cli'))
    const { readInitialOptions } = inCli('jest-config')
    const found = await readInitialOptions(undefined, {
      packageRootOrConfig: order.root,
      readFromCwd: true,
      skipMultipleConfigError: true,
    })
    const isJestsOwn = found.configPath?.endsWith('package.json') && !hasJestKey(found.configPath)
    if (!found.configPath || isJestsOwn) return { config: null, folder: order.root }
    return { config: found.config, folder: dirname(found.configPath) }
  } catch (error) {
    if (/could not find a config file|Could not find/i.test(String(error?.message))) return { config: null, folder: order.root }
    throw error
  }
}

function hasJestKey(path) {
  return JSON.parse(readFileSync(path, 'utf8')).jest !== undefined
}

function managedConfig() {
  const drawn = [order.source, ...order.suites].some((path) => /\.[cm]?[jt]sx$/.test(path))
  const from = createRequire(join(dirname(dirname(dirname(entry))), 'testwright.cjs'))
  const find = (name) => {
    for (const look of [nearJest, from, createRequire('/node_modules/x.cjs')]) {
      try {
        return look.resolve(name)
      } catch {}
    }
    return undefined
  }
  const babel = find('babel-jest') ?? createRequire(createRequire(nearJest.resolve('jest-cli')).resolve('jest-config')).resolve('babel-jest')
  const presets = [
    [find('@babel/preset-env'), { targets: { node: 'current' } }],
    [find('@babel/preset-react'), { runtime: 'automatic' }],
    [find('@babel/preset-typescript'), { allowDeclareFields: true }],
  ].filter(([path]) => path)
  const jsdom = find('jest-environment-jsdom')
  // A project with jest but without configuration keeps jest's own defaults, its babel configuration included.
  const isManaged = entry.startsWith('/node_modules/')
  return {
    rootDir: order.root,
    testEnvironment: drawn && jsdom ? jsdom : 'node',
    ...(isManaged ? { transform: { [CODE]: [babel, { presets, babelrc: false, configFile: false }] } } : {}),
    moduleNameMapper: { [ASSETS]: join(__dirname, 'asset.cjs') },
    // TypeScript and bundlers let an import name the .js file that a .ts file becomes.
    ...(isManaged ? { resolver: join(__dirname, 'resolver.cjs') } : {}),
  }
}
