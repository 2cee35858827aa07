// A call that never returns cannot be interrupted from within; a second thread ends the process, and the marker tells
// which call it was. Work is what is limited, and the clock only where nothing is worked, or at work all the same: what
// waits, or is slow on a busy machine, is not endless.
const LONGEST_CALL_MS = 2500
// Longer than the runner's own watch takes, which can say which file it is (`unending.cjs`).
const LONGEST_LOAD_MS = 14000
const SLOWEST_LOAD_MS = 35000
const ENDLESS = '"endless"\n'
const WATCH = `
  const fs = require('node:fs')
  const { parentPort, workerData } = require('node:worker_threads')
  const worked = () => process.cpuUsage().user / 1000
  const kill = process.kill.bind(process, process.pid, 'SIGKILL')
  const start = Date.now()
  let before = worked()
  let since = null
  parentPort.on('message', () => ((since = Date.now()), (before = worked())))
  setInterval(() => {
    const work = worked() - before
    if (since === null) {
      const most = Date.now() - start > ${SLOWEST_LOAD_MS} ? ${LONGEST_LOAD_MS / 5} : ${LONGEST_LOAD_MS}
      if (work <= most) return
      fs.writeFileSync(workerData, ${JSON.stringify(ENDLESS)})
      kill()
    } else if (work > ${LONGEST_CALL_MS} || Date.now() - since > ${5 * LONGEST_CALL_MS}) {
      fs.writeFileSync(workerData, fs.readFileSync(workerData, 'utf8').split('\\n')[0] + '\\n"late"')
      kill()
    }
  }, 250)
`
// Taken now: fake timers may stop every clock later.
const ticks = process.hrtime.bigint.bind(process.hrtime)
let watcher
let marker
let beatAt = 0n
let spentByNow = 0

function mark(job) {
  fs.writeSync(marker, `${JSON.stringify([job.target.id, job.args, job.steps ?? [], working, spentByNow])}\n`, 0)
  const now = ticks()
  if (now - beatAt < 200000000n) return
  beatAt = now
  spentByNow = Number(clock.spent().toFixed(1))
  watcher?.postMessage(0)
}

function startWatching() {
  marker = fs.openSync(plan.marker, 'w')
  try {
    watcher = new Worker(WATCH, { eval: true, workerData: plan.marker })
    watcher.unref()
  } catch {
    watcher = undefined
  }
}
