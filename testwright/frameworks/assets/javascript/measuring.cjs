// Measures one file for runners that load it with Node itself: its text is instrumented before any loader sees it, so that
// lines are those the author wrote, whatever a loader makes of them.
const fs = require('node:fs')
const Module = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

// `ready` is where the text may lie that was made ahead of all runs: the library takes longer to load than many a suite to run.
exports.measure = (file, root, ready) => {
  const instrumented = exports.instrumenter(file, root, ready)
  const readFileSync = fs.readFileSync
  fs.readFileSync = (path, ...rest) => {
    const text = readFileSync(path, ...rest)
    return path === file && isAsked() ? withType(instrumented(String(text)), text) : text
  }
  // Node may have read a file of CommonJS already, to find its names.
  const compile = Module.prototype._compile
  Module.prototype._compile = function (text, path, ...rest) {
    const isPlain = path === file && typeof text === 'string' && !text.includes('__coverage__')
    return compile.call(this, isPlain ? instrumented(text) : text, path, ...rest)
  }
  Module.register?.(pathToFileURL(join(__dirname, 'loading.mjs')), { data: { file, root, ready } })
}

// The library is asked in one of Node's threads alone: in the one that loads the file.
exports.instrumenter = (file, root, ready) => {
  const library = instrumentLibrary(root)
  const made = ready ? read(ready) : null
  let instrumenter
  return (text) => {
    if (made?.source === text) return made.instrumented
    instrumenter ??= require(library).createInstrumenter({
      esModules: true,
      compact: false,
      preserveComments: true,
      autoWrap: true,
      parserPlugins: syntaxOf(file),
    })
    try {
      return instrumenter.instrumentSync(text, file)
    } catch {
      return text // what cannot be parsed fails when it is loaded, with a message that fits
    }
  }
}

function read(path) {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

const withType = (text, original) => (typeof original === 'string' ? text : Buffer.from(text))

// Only Node's and a loader's own reading: a test may read the file as text.
function isAsked() {
  return /node:internal\/modules|\/(?:tsx|ts-node|@swc-node|@swc|esbuild-register|pirates|@babel)\//.test(new Error().stack)
}

function syntaxOf(file) {
  const common = ['decorators-legacy', 'importMeta', 'topLevelAwait', 'classProperties', 'classPrivateProperties']
  if (/\.[cm]?ts$/.test(file)) return [...common, 'typescript']
  return [...common, 'jsx', ...(/\.tsx$/.test(file) ? ['typescript'] : [])]
}

function instrumentLibrary(root) {
  for (const from of [join(root, 'package.json'), '/node_modules/here.js']) {
    try {
      return Module.createRequire(from).resolve('istanbul-lib-instrument')
    } catch {}
  }
  throw new Error('istanbul-lib-instrument is not here: coverage cannot be measured')
}
