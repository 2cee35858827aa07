/**
 * How long a click in a tree of 5,000 files takes until it is drawn, and how much of that is computed:
 * node web/dev/clicks.mjs [path of Chromium]. The service is invented; the page is the built one.
 */

import { figures, traced, withPage } from './measuring.mjs'

const CLICKS = 6

await withPage(async ({ page, address }) => {
  await page.goto(`${address}/?repository=repo_big`)
  const row = name => page.getByRole('row', { name, exact: true })
  await row('area0').waitFor()
  // What is compiled on the first click of all is the browser's to do once.
  await row('area0').getByRole('button').click()
  await row('part0').getByRole('button').click()
  for (const [what, name] of Object.entries({
    'one file': 'module0.py',
    'a folder': 'area1',
    'all files': 'src',
  })) {
    const walls = []
    const computed = []
    for (let click = 0; click < CLICKS; click++) {
      const box = row(name).locator('.check')
      const tasks = await traced(page, async () => {
        const drawn = box.evaluate(untilDrawn)
        await box.click()
        walls.push(await drawn)
      })
      computed.push(Math.max(...tasks.map(task => task.computed)))
      // What follows a click, such as the address and the estimate, has its time.
      await page.waitForTimeout(1000)
    }
    console.log(`${what}: drawn after ${figures(walls)} ms; longest task computed ${figures(computed)} ms`)
  }
})

/** From the time the browser gives the press to the first moment after the frame that shows it. */
function untilDrawn(box) {
  return new Promise(resolve => {
    const drawn = ({ timeStamp }) =>
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp)))
    box.addEventListener('click', drawn, { once: true, capture: true })
  })
}
