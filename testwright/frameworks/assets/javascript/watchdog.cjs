// A test that never gives its thread back hears no time limit: this thread does, and ends the process, where a
// runner runs its tests in the thread that would report.
const { parentPort, workerData } = require('node:worker_threads')
const { leave } = require('./running.cjs')

let timer

parentPort.on('message', (test) => {
  clearTimeout(timer)
  if (test) timer = setTimeout(bite, workerData.seconds * 1000, test)
})

function bite({ report = workerData.report, ...test }) {
  leave({ ...workerData, report }, test, { hangs: true, tests: [], errors: [] })
  process.kill(process.pid, 'SIGKILL')
}
