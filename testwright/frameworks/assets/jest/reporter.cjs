// Keeps what jest tells of each test as plain data.
const { readFileSync, writeFileSync } = require('node:fs')
const { relative } = require('node:path')

const LONGEST = 2000

module.exports = class Reporter {
  constructor() {
    this.order = JSON.parse(process.env.TESTWRIGHT_ORDER)
  }

  onRunComplete(_, results) {
    if (process.env.TESTWRIGHT_CHALLENGE) return
    const tests = []
    const errors = []
    for (const file of results.testResults) {
      const path = relative(this.order.root, file.testFilePath)
      if (file.testExecError) errors.push({ kind: 'load', file: path, message: described(file.testExecError) })
      else if (file.failureMessage && !file.testResults.length)
        errors.push({ kind: 'load', file: path, message: String(file.failureMessage).slice(0, LONGEST) })
      const text = read(file.testFilePath)
      for (const test of file.testResults) {
        const state = { passed: 'passed', failed: 'failed' }[test.status] ?? 'skipped'
        tests.push({
          titles: [...test.ancestorTitles, test.title],
          file: path,
          state,
          message: test.failureMessages.join('\n').slice(0, LONGEST),
          ms: test.duration ?? 0,
          template: text.includes(test.title) ? undefined : templateOf(text, test.title),
        })
      }
    }
    const version = results.testwrightVersion ?? versionOf(process.argv[1])
    const report = { framework: 'jest', version, finished: !results.wasInterrupted, tests, errors, coverage: [] }
    writeFileSync(this.order.report, JSON.stringify(report))
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function versionOf(entry) {
  try {
    return require('node:module').createRequire(entry)('../package.json').version
  } catch {
    return ''
  }
}

// `it.each(rows)('adds %i', …)` is one test to whoever wrote it: find the title that this row's title was made from.
function templateOf(text, name) {
  const titles = [...text.matchAll(/[)`]\s*\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g)].map((match) => match[2])
  const fits = titles.filter((title) => {
    const pieces = title.split(/%[sdifjoOc#$%p]|\$[\w.#]+/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return pieces.length > 1 && new RegExp(`^${pieces.join('[\\s\\S]*')}$`).test(name)
  })
  return fits.sort((a, b) => b.length - a.length)[0]
}

function described(error) {
  return String(error.stack && error.stack.includes(error.message) ? error.stack : error.message ?? error).slice(0, LONGEST)
}
