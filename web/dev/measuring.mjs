/** What the measurements of the page share: the invented service, the built page in a browser, and the browser's trace. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openBrowser, openPage } from '../../tests/journey/page/browser.mjs'

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel']

/** Calls with a page and what can be asked of the invented service: `ask(path, body)`. */
export async function withPage(measure) {
  const script = fileURLToPath(new URL('mock-service.mjs', import.meta.url))
  const service = spawn(process.execPath, [script, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(service.stdout, 'data')
  const address = String(line).trim()
  const browser = await openBrowser(process.argv[2] ?? '/usr/bin/chromium')
  const ask = async (path, body) => {
    const answer = await fetch(address + path, body && { method: 'POST', body: JSON.stringify(body) })
    return (await answer.json()).data
  }
  try {
    await measure({ browser, page: await openPage(browser, []), address, ask })
    console.log(`load ${loadavg()[0].toFixed(1)}`)
  } finally {
    await browser.close()
    service.kill()
  }
}

/** The tasks of the page's main thread while `work` lasts, in milliseconds of wall time and of computing. */
export async function traced(page, work) {
  const client = await page.context().newCDPSession(page)
  const parts = []
  client.on('Tracing.dataCollected', ({ value }) => parts.push(...value))
  await client.send('Tracing.start', {
    traceConfig: { includedCategories: CATEGORIES },
    transferMode: 'ReportEvents',
  })
  await work()
  const complete = new Promise(resolve => client.once('Tracing.tracingComplete', resolve))
  await client.send('Tracing.end')
  await complete
  await client.detach()
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

export const figures = times => times.map(time => time.toFixed(1)).join(', ')
