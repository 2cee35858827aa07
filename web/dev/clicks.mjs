/**
 * How long a click in a tree of 5,000 files takes, from the press until the frame that shows it is on the screen (the
 * browser's event timing, in steps of 8 ms), and how much is computed for it (its trace):
 * node web/dev/clicks.mjs [path of Chromium]. The service is invented; the page is the built one.
 */

import { figures, traced, withPage } from './measuring.mjs'

const CLICKS = 6
/** What follows a click, such as the address and the estimate, has its time. */
const AFTER_MS = 1000

await withPage(async ({ page, address }) => {
  await page.goto(`${address}/?repository=repo_big`)
  const row = name => page.getByRole('row', { name, exact: true })
  await row('area0').waitFor()
  await page.evaluate(() => {
    window.times = []
    new PerformanceObserver(list => window.times.push(...list.getEntries().map(one => one.duration))).observe(
      { type: 'event', durationThreshold: 16 },
    )
  })
  await page.waitForTimeout(AFTER_MS)
  // The first of all is the slowest: nothing was compiled before.
  await measure('all files', row('src'))
  await measure('a folder', row('area1'))
  await row('area0').getByRole('button').click()
  await row('part0').getByRole('button').click()
  await measure('one file', row('module0.py'))

  async function measure(what, place) {
    const click = async () => {
      await page.evaluate(() => window.times.splice(0))
      await place.locator('.check').click()
      await page.waitForTimeout(AFTER_MS)
      // What is quicker than 16 ms is not told.
      return page.evaluate(() => Math.max(16, ...window.times))
    }
    const shown = []
    const computed = []
    for (let time = 0; time < CLICKS; time++) shown.push(await click())
    // A trace takes time of its own.
    for (let time = 0; time < CLICKS; time++)
      computed.push(Math.max(...(await traced(page, click)).map(task => task.computed)))
    console.log(`${what}: shown after ${shown.join(', ')} ms; longest task computed ${figures(computed)} ms`)
  }
})
