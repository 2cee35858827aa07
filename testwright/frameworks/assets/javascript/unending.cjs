// What loads for ever is named: a second thread stops the first one and looks. Work is what is limited,
// and the clock only where there was hardly any for a long time: what waits, or is slow on a busy machine, is not endless.
const { existsSync, renameSync, writeFileSync } = require('node:fs')
const { Session } = require('node:inspector')
const { relative, resolve, sep } = require('node:path')
const { fileURLToPath } = require('node:url')
const { isMainThread, Worker, workerData } = require('node:worker_threads')

const MOST_WORK_MS = 8_000
const LONGEST_MS = 25_000
const LEAST_WORK_MS = 2_000
const BEAT_MS = 200
const LOOKS = 3
const LOADER = /^node:internal\/modules\/|\/jest-runtime\//

// Whoever requires this is watched, where TESTWRIGHT_LOADING says in which place to leave what was seen.
function beWatched(asked) {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref()
  // Without what the project lets each process load first: that may be what has no end.
  new Worker(__filename, { workerData: { ...asked, beats }, execArgv: [] }).unref()
}

function watch({ beats, ...asked }) {
  const worked = () => process.cpuUsage().user / 1000
  const quiet = { beat: -1, since: 0, work: 0 }
  const seen = []
  let look
  setInterval(() => {
    const beat = Atomics.load(beats, 0)
    if (beat !== quiet.beat) {
      Object.assign(quiet, { beat, since: performance.now(), work: worked() })
      seen.length = 0
      return
    }
    const work = worked() - quiet.work
    if (work < (performance.now() - quiet.since > LONGEST_MS ? LEAST_WORK_MS : MOST_WORK_MS)) return
    look ??= looker((paths) => {
      const file = fileOf(paths, asked)
      seen.push(file)
      if (file && seen.length >= LOOKS && seen.slice(-LOOKS).every((each) => each === file)) end(asked.report, file)
    })
    look()
  }, BEAT_MS)
}

// Opened once it is needed, and kept: that the other thread tells of all its scripts takes long.
function looker(tell) {
  const session = new Session()
  const scripts = new Map()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url))
  session.on('Debugger.paused', ({ params }) => {
    tell(params.callFrames.map(({ location }) => pathOf(scripts.get(location.scriptId))).filter(Boolean))
    session.post('Debugger.resume')
  })
  session.post('Debugger.enable')
  return () => session.post('Debugger.pause')
}

function pathOf(url = '') {
  const plain = url.replace(/[?#].*$/, '')
  try {
    return plain.startsWith('file:') ? fileURLToPath(plain) : plain
  } catch {
    return ''
  }
}

// The file of the project that is at work; none where a library is, or what the suite calls, whose tests have a watch of
// their own: what it loads is loaded by somebody in between.
function fileOf(paths, { root, suites }) {
  // vitest calls a file that is measured by its path within the project.
  const suite = paths.findIndex((path) => suites.includes(relative(root, resolve(root, path))))
  if (suite >= 0 && !paths.slice(0, suite).some((path) => LOADER.test(path))) return undefined
  const first = paths.map((path) => resolve(root, path)).find((path) => existsSync(path))
  const file = first && relative(root, first)
  return file && !file.startsWith('..') && !file.split(sep).includes('node_modules') ? file : undefined
}

function end(report, file) {
  if (existsSync(report)) return
  writeFileSync(`${report}.part`, JSON.stringify({ file }))
  renameSync(`${report}.part`, report)
  process.kill(process.pid, 'SIGKILL')
}

if (!isMainThread && workerData?.beats) watch(workerData)
else if (isMainThread && process.env.TESTWRIGHT_LOADING) beWatched(JSON.parse(process.env.TESTWRIGHT_LOADING))
