// A call that never returns cannot be interrupted from within; a second thread ends the process, and the marker tells
// which call it was. Loading is limited by the processor's time, and by the clock only where it is at work all the same:
// it may wait, and be slow on a busy machine.
const LONGEST_CALL_MS = 6000
const LONGEST_LOAD_MS = 10000
const SLOWEST_LOAD_MS = 25000
const ENDLESS = '"endless"\n'
const WATCH = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { user } = process.cpuUsage()
  const start = Date.now()
  let since = null
  parentPort.on('message', () => (since = Date.now()))
  setInterval(() => {
    const worked = (process.cpuUsage().user - user) / 1000
    const most = Date.now() - start > ${SLOWEST_LOAD_MS} ? ${LONGEST_LOAD_MS / 5} : ${LONGEST_LOAD_MS}
    const isEndless = since === null && worked > most
    if (isEndless) require('node:fs').writeFileSync(workerData, ${JSON.stringify(ENDLESS)})
    if (isEndless || (since !== null && Date.now() - since > ${LONGEST_CALL_MS})) process.kill(process.pid, 'SIGKILL')
  }, 250)
`
// Taken now: fake timers may stop every clock later.
const ticks = process.hrtime.bigint.bind(process.hrtime)
let watcher
let marker
let beatAt = 0n

function mark(job) {
  fs.writeSync(marker, `${JSON.stringify([job.target.id, job.args, job.steps ?? [], working])}\n`, 0)
  const now = ticks()
  if (now - beatAt < 200000000n) return
  beatAt = now
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
