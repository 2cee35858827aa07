/**
 * How long the frames of a session of 200 files take at 50 events a second, by the browser's own trace:
 * node web/dev/frames.mjs [path of Chromium]. The service is invented; the page is the built one.
 */

import { figures, traced, withPage } from './measuring.mjs'

const FILES = 200
const EVERY_MS = 20
const SECONDS = 20
const BUDGET_MS = 50

await withPage(async ({ page, address, ask }) => {
  const { sessionId } = await ask('/api/inngest/trigger', {
    sessionId: 'sess_frames',
    repositoryId: 'repo_1',
    files: Array.from({ length: FILES }, (_, at) => ({ path: `src/area${at % 9}/part${at}.ts` })),
    options: { instructions: `every ${EVERY_MS} ms` },
  })
  const events = async () => (await ask(`/api/inngest/status/${sessionId}`)).lastEventId
  await page.goto(`${address}/sessions/${sessionId}`)
  await page
    .locator('.files-table tbody tr')
    .nth(FILES - 1)
    .waitFor()
  const began = await events()
  // Chromium tells of each frame that took more than 50 ms, and of no other.
  await page.evaluate(() => {
    window.longFrames = []
    new PerformanceObserver(list =>
      window.longFrames.push(...list.getEntries().map(one => one.duration)),
    ).observe({ type: 'long-animation-frame' })
  })
  const tasks = await traced(page, () => page.waitForTimeout(1000 * SECONDS))
  console.log(`${(await events()) - began} events in ${SECONDS} s, ${FILES} files`)
  report(tasks, await page.evaluate(() => window.longFrames))
})

function report(tasks, longFrames) {
  const part = (times, share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
  for (const name of ['wall', 'computed']) {
    const times = tasks
      .map(task => task[name])
      .filter(time => time > 1)
      .sort((one, other) => one - other)
    const over = times.filter(time => time > BUDGET_MS).length
    const shares = figures([0.5, 0.9, 0.99, 1].map(share => part(times, share)))
    console.log(
      `${name}: ${times.length} tasks over 1 ms; half, 90 %, 99 %, longest: ${shares} ms; ${over} over ${BUDGET_MS} ms`,
    )
  }
  console.log(
    `frames over ${BUDGET_MS} ms: ${longFrames.length}; longest: ${Math.max(0, ...longFrames).toFixed(0)} ms`,
  )
}
