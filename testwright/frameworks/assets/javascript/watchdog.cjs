// A test that never gives its thread back hears no time limit: this thread does, and ends the process, where a
// runner runs its tests in the thread that would report.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { parentPort, workerData } = require('node:worker_threads')
const { templateOf } = require('./titles.cjs')

const { report, root, seconds } = workerData
let timer

parentPort.on('message', (test) => {
  clearTimeout(timer)
  if (test) timer = setTimeout(bite, seconds * 1000, test)
})

function bite({ titles, file }) {
  const text = textOf(join(root, file))
  const title = titles.at(-1)
  const running = { titles, template: text.includes(title) ? undefined : templateOf(text, title) }
  writeFileSync(report, JSON.stringify({ finished: false, hangs: true, running, tests: [], errors: [] }))
  process.kill(process.pid, 'SIGKILL')
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
