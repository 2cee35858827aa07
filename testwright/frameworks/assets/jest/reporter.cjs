// Keeps what jest tells of each test as plain data.
const { readFileSync, writeFileSync } = require('node:fs')
const { relative } = require('node:path')
const { folded } = require('../javascript/chance.cjs')
const { mapped } = require('./mapped.cjs')
const { templateIn } = require('../javascript/titles.cjs')

const LONGEST = 2000

module.exports = class Reporter {
  constructor() {
    this.order = JSON.parse(process.env.TESTWRIGHT_ORDER)
    this.queues = new Map()
  }

  onTestResult(_, result) {
    this.queues.set(result, globalThis.__testwright_queue__)
  }

  async onRunComplete(_, results) {
    if (process.env.TESTWRIGHT_CHALLENGE) return
    const own = { finished: !results.wasInterrupted, tests: [], errors: [] }
    const turns = this.order.turns.map(() => null)
    const partOf = (turn) => (turn === undefined ? own : (turns[turn] ??= { finished: own.finished, tests: [], errors: [] }))
    for (const file of results.testResults) await this.#keep(file, partOf)
    const version = results.testwrightVersion ?? versionOf(process.argv[1])
    const report = { framework: 'jest', version, ...own, tests: folded(own.tests), coverage: [], turns: turns.map(ended) }
    writeFileSync(this.order.report, JSON.stringify(report))
  }

  // What was run in one environment: of one turn, or of several.
  async #keep(file, partOf) {
    const path = relative(this.order.root, file.testFilePath)
    const queue = this.queues.get(file)
    const isWhole = queue && queue.all[queue.next].pattern === undefined
    const { errors } = partOf(isWhole ? queue.next : undefined)
    if (file.testExecError) errors.push({ kind: 'load', file: path, message: described(file.testExecError) })
    else if (file.failureMessage && !file.testResults.length)
      errors.push({ kind: 'load', file: path, message: String(file.failureMessage).slice(0, LONGEST) })
    const text = read(file.testFilePath)
    for (const test of file.testResults) {
      const state = { passed: 'passed', failed: 'failed' }[test.status] ?? 'skipped'
      if (state === 'skipped' && this.order.alone && test.turn === undefined) continue
      const titles = [...test.ancestorTitles, test.title]
      partOf(test.turn).tests.push({
        titles,
        ...(await ranBy(path, titles)),
        file: path,
        state,
        message: withoutOurs(test.failureMessages.join('\n')).slice(0, LONGEST),
        ms: test.duration ?? 0,
        again: test.again,
        template: templateIn(text, titles),
      })
    }
  }
}

// Nobody who reads of a failure looks for it here.
const withoutOurs = (text) => text.replace(/\n +at [^\n]*(?:\/testwright\/|AsyncLocalStorage)[^\n]*/g, '')

function ended(report) {
  if (!report) return null
  const isIll = report.errors.length || report.tests.some((test) => test.state === 'failed')
  return { status: isIll ? 1 : 0, report }
}

// What cases-tests.cjs has found out about a case; of namesakes, the first that was not asked for yet.
async function ranBy(file, titles) {
  const all = globalThis.__testwright_cases__ ?? []
  const key = JSON.stringify(titles)
  const index = all.findIndex((each) => each.file === file && JSON.stringify(each.titles) === key)
  if (index < 0) return {}
  const [told] = all.splice(index, 1)
  const { lines, branches } = await mapped(told).catch(() => ({}))
  return { lines, branches, home: told.home }
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

function described(error) {
  return String(error.stack && error.stack.includes(error.message) ? error.stack : error.message ?? error).slice(0, LONGEST)
}
