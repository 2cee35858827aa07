/**
 * How long the frames of a session of 200 files take at 50 events a second, by the browser's own trace:
 * node web/dev/frames.mjs [path of Chromium]. The service is invented; the page is the built one.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openBrowser, openPage } from '../../tests/journey/page/browser.mjs'

const FILES = 200
const EVERY_MS = 20
const SECONDS = 20
const BUDGET_MS = 50
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel']

const script = fileURLToPath(new URL('mock-service.mjs', import.meta.url))
const service = spawn(process.execPath, [script, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
const [line] = await once(service.stdout, 'data')
const address = String(line).trim()
const browser = await openBrowser(process.argv[2] ?? '/usr/bin/chromium')
try {
  const page = await openPage(browser, [])
  const sessionId = await begin()
  await page.goto(`${address}/sessions/${sessionId}`)
  await page
    .locator('.files-table tbody tr')
    .nth(FILES - 1)
    .waitFor()
  const began = await eventsOf(sessionId)
  // Chromium tells of each frame that took more than 50 ms, and of no other.
  await page.evaluate(() => {
    window.longFrames = []
    new PerformanceObserver(list =>
      window.longFrames.push(...list.getEntries().map(one => one.duration)),
    ).observe({ type: 'long-animation-frame' })
  })
  const tasks = await traced(page, () => page.waitForTimeout(1000 * SECONDS))
  const events = (await eventsOf(sessionId)) - began
  report(tasks, events, await page.evaluate(() => window.longFrames))
} finally {
  await browser.close()
  service.kill()
}

async function begin() {
  const { sessionId } = await ask('/api/inngest/trigger', {
    sessionId: 'sess_frames',
    repositoryId: 'repo_1',
    files: Array.from({ length: FILES }, (_, at) => ({ path: `src/area${at % 9}/part${at}.ts` })),
    options: { instructions: `every ${EVERY_MS} ms` },
  })
  return sessionId
}

async function eventsOf(sessionId) {
  return (await ask(`/api/inngest/status/${sessionId}`)).lastEventId
}

async function ask(path, body) {
  const answer = await fetch(address + path, body && { method: 'POST', body: JSON.stringify(body) })
  return (await answer.json()).data
}

/** The tasks of the page's main thread, in milliseconds of wall time and of computing. */
async function traced(page, wait) {
  const client = await page.context().newCDPSession(page)
  const parts = []
  client.on('Tracing.dataCollected', ({ value }) => parts.push(...value))
  await client.send('Tracing.start', {
    traceConfig: { includedCategories: CATEGORIES },
    transferMode: 'ReportEvents',
  })
  await wait()
  const complete = new Promise(resolve => client.once('Tracing.tracingComplete', resolve))
  await client.send('Tracing.end')
  await complete
  const main = mainThread(parts)
  return parts
    .filter(({ name, pid, tid }) => name === 'RunTask' && pid === main.pid && tid === main.tid)
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, computed: tdur / 1000 }))
}

/** The one on which React ran, which is where most is computed. */
function mainThread(parts) {
  const sums = new Map()
  for (const { name, pid, tid, tdur = 0 } of parts)
    if (name === 'FunctionCall') sums.set(`${pid}/${tid}`, (sums.get(`${pid}/${tid}`) ?? 0) + tdur)
  const [[key]] = [...sums].sort(([, one], [, other]) => other - one)
  const [pid, tid] = key.split('/').map(Number)
  return { pid, tid }
}

function report(tasks, events, longFrames) {
  const part = (times, share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
  const of = name =>
    tasks
      .map(task => task[name])
      .filter(time => time > 1)
      .sort((one, other) => one - other)
  console.log(`${events} events in ${SECONDS} s, ${FILES} files; load ${loadavg()[0].toFixed(1)}`)
  for (const name of ['wall', 'computed']) {
    const times = of(name)
    const over = times.filter(time => time > BUDGET_MS).length
    const figures = [0.5, 0.9, 0.99, 1].map(share => part(times, share).toFixed(1))
    console.log(
      `${name}: ${times.length} tasks over 1 ms; half, 90 %, 99 %, longest: ${figures.join(', ')} ms; ${over} over ${BUDGET_MS} ms`,
    )
  }
  console.log(
    `frames over ${BUDGET_MS} ms: ${longFrames.length}; longest: ${Math.max(0, ...longFrames).toFixed(0)} ms`,
  )
}
