/**
 * How long the page of a running session takes until something is painted, and until the rows of its files are:
 * node web/dev/first-paint.mjs [path of Chromium] [address of a session]. Each time in a browser that has nothing stored.
 * Without an address it is a session of 200 files at 50 events a second, of an invented service.
 */

import { withPage } from './measuring.mjs'

const TIMES = 6
const FILES = 200
const EVERY_MS = 20

await withPage(async ({ browser, address, ask }) => {
  const session = process.argv[3] ?? `${address}/sessions/${(await begin(ask)).sessionId}`
  const shown = { painted: [], rows: [] }
  for (let time = 0; time < TIMES; time++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.addInitScript(noteFirstRow)
    await page.goto(session)
    await page.waitForFunction(() => window.firstRow)
    const { painted, rows } = await page.evaluate(() => ({
      painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      rows: window.firstRow,
    }))
    shown.painted.push(painted)
    shown.rows.push(rows)
    await context.close()
  }
  for (const [what, times] of Object.entries(shown))
    console.log(`${what}: ${times.map(time => time.toFixed(0)).join(', ')} ms after the address was entered`)
})

function begin(ask) {
  return ask('/api/inngest/trigger', {
    sessionId: 'sess_paint',
    repositoryId: 'repo_1',
    files: Array.from({ length: FILES }, (_, at) => ({ path: `src/area${at % 9}/part${at}.ts` })),
    options: { instructions: `every ${EVERY_MS} ms` },
  })
}

/** Runs in the page before anything else: when the frame with the first row of a file has been painted. */
function noteFirstRow() {
  const look = () => {
    if (document.querySelector('.files-table tbody tr'))
      setTimeout(() => {
        window.firstRow = performance.now()
      })
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
