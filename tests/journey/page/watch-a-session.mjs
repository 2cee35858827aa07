// What somebody does on the page, in a real browser: prints as JSON what was seen.
// node watch-a-session.mjs <address of the page> <path of the browser> <folder of the project>
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser, openPage, startWith, watch } from './browser.mjs'

const [address, executablePath, folder] = process.argv.slice(2)
const complaints = []
const browser = await openBrowser(executablePath)
try {
  const page = await openPage(browser, complaints)
  const seen = { ...(await watchASession(page)), taken: await review(page) }
  console.log(JSON.stringify({ ...seen, complaints }))
} finally {
  await browser.close()
}

async function watchASession(page) {
  await page.goto(address)
  const projects = page.getByRole('list', { name: 'Projects found here' }).getByRole('button')
  await projects.first().waitFor()
  const suggestions = await projects.locator('b').allTextContents()
  await projects.filter({ hasText: 'invoicing' }).click()
  const selected = await startWith(page, 'money.py')

  const before = await watch(page, ({ sentence }) => sentence.startsWith('Running'))
  await page.reload()
  const after = await watch(page, ({ heading }) => !/^(Opening|Writing)/.test(heading))

  const suite = await page.locator('aside').getByRole('tabpanel').textContent()
  await page.getByRole('tab', { name: 'Evidence' }).click()
  const evidence = await page.locator('aside').getByRole('tabpanel').textContent()
  const provenTests = await page.getByRole('table', { name: 'Each test' }).locator('tbody tr').count()
  const log = await page.getByRole('log').locator('p').allTextContents()
  return { suggestions, selected, before, after, suite, evidence, provenTests, log }
}

/** Keep the suite, put it into the folder, look, and take it back. */
async function review(page) {
  await page.getByRole('link', { name: 'Review 1 ready' }).click()
  await page.getByText('1 to decide').waitFor()
  await page.getByRole('radio', { name: /^Keep/ }).click()
  await page.getByText('1 kept').waitFor()
  const path = await page.locator('.suite-head .path').textContent()
  const there = () => existsSync(join(folder, path))
  const stood = [there()]
  await page.getByRole('button', { name: 'Apply to the folder' }).click()
  const applied = await page.getByText(/written:/).textContent()
  stood.push(there())
  await page.getByRole('button', { name: 'Take back 1 file' }).click()
  const undone = await page.getByText(/taken back:/).textContent()
  stood.push(there())
  return { path, applied, undone, stood }
}
