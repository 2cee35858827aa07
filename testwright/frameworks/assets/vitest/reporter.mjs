// Keeps what vitest tells of each test as plain data. Speaks vitest 1 to 4: `onFinished` up to 3, `onTestRunEnd` since 3.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { measured } from './measure.mjs'

const { folded } = createRequire(import.meta.url)('../javascript/chance.cjs')
const { templateIn } = createRequire(import.meta.url)('../javascript/titles.cjs')

const LONGEST = 2000

export class Reporter {
  version = ''
  running = null
  hangs = false
  again = false
  isAlone = false
  #order
  #tests = []
  #told = []
  #turns = []
  #errors = []
  #finished = false
  #isHeard = false

  constructor(order) {
    this.#order = order
  }

  onInit(context) {
    this.context = context
  }

  onFinished(files = [], errors = []) {
    this.#gather(files, errors)
  }

  onTestRunEnd(modules = [], errors = []) {
    this.#gather(modules.map((module) => module.task), errors)
  }

  // What vitest told since the last time, as a report.
  heard() {
    const report = { finished: this.#isHeard, tests: this.#told.splice(0), errors: this.#errors.splice(0) }
    this.#isHeard = false
    return report
  }

  // Of one case alone, so that it is reported; one that passed may have done so without vitest's hearing of it.
  keep({ tests, errors }) {
    this.#tests.push(...this.named(tests))
    this.#errors.push(...errors)
  }

  keepTurn(turn) {
    this.#turns.push({ ...turn, report: { ...turn.report, tests: this.named(turn.report.tests) } })
  }

  named(tests) {
    return tests.map((test) => ({
      ...{ message: '', again: this.again },
      ...test,
      template: test.template ?? this.#template(test.file, test.titles),
    }))
  }

  failed(error) {
    this.#errors.push({ kind: 'start', message: described(error) })
  }

  report() {
    const coverage = this.#order.coverage ? measured() : []
    return {
      framework: 'vitest',
      version: this.version,
      finished: this.#finished,
      hangs: this.hangs,
      running: this.running && { titles: this.running.titles, template: this.#rowOf(this.running) },
      tests: folded([...this.#tests, ...this.#told]),
      turns: this.#turns,
      errors: this.#errors,
      coverage: coverage.flatMap((map) => Object.values(map)),
    }
  }

  #gather(files, errors) {
    if (this.#isHeard) return // vitest 3 tells of the same end twice
    this.#isHeard = true
    this.#finished = true
    for (const file of files) {
      const path = relative(this.#order.root, file.filepath)
      const own = file.result?.errors ?? []
      for (const error of own) this.#errors.push({ kind: 'load', file: path, message: described(error) })
      this.#walk(file.tasks ?? [], [], path)
    }
    for (const error of errors) this.#errors.push({ kind: 'unhandled', message: described(error) })
  }

  #walk(tasks, titles, file) {
    for (const task of tasks) {
      if (task.type === 'suite') {
        for (const error of task.result?.errors ?? [])
          this.#errors.push({ kind: 'group', file, message: described(error) })
        this.#walk(task.tasks, [...titles, task.name], file)
        continue
      }
      const state = task.result?.state
      if (this.isAlone && state !== 'pass' && state !== 'fail') continue // it has, or had, its own turn
      this.#told.push({
        titles: [...titles, task.name],
        file,
        state: state === 'pass' ? 'passed' : state === 'fail' ? 'failed' : 'skipped',
        message: (task.result?.errors ?? []).map(described).join('\n').slice(0, LONGEST),
        ms: task.result?.duration ?? 0,
        ...task.meta?.testwright,
        again: this.again,
        template: this.#template(file, [...titles, task.name]),
      })
    }
  }

  #rowOf({ titles, file }) {
    return this.#template(relative(this.#order.root, file), titles)
  }

  // `it.each(rows)('adds %i', …)` is one test to whoever wrote it: find the title that this row's title was made from.
  #template(file, titles) {
    let text
    try {
      text = readFileSync(`${this.#order.root}/${file}`, 'utf8')
    } catch {
      return undefined
    }
    return templateIn(text, titles)
  }
}

function described(error) {
  if (!error) return ''
  const name = error.name && !String(error.message ?? '').startsWith(error.name) ? `${error.name}: ` : ''
  const at = (error.stacks ?? error.parsedStacks ?? [])[0]
  const where = at ? `\n  at ${at.file}:${at.line}:${at.column}` : ''
  const difference = error.diff ? `\n${error.diff}` : ''
  const cause = error.cause?.message ? `\ncause: ${error.cause.message}` : ''
  const code = error.code ? `\ncode: ${error.code}` : ''
  return `${name}${error.message ?? error}${difference}${cause}${code}${where}`.slice(0, LONGEST)
}
