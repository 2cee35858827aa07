// What somebody does on the page, in a real browser: prints as JSON what was seen.
// node watch-a-session.mjs <address of the page> <path of the browser>
import { chromium } from 'playwright-core'

const [address, executablePath] = process.argv.slice(2)
const PATIENCE_MS = 90_000
const LOOK_EVERY_MS = 50

const args = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
]
// Chromium cannot make its own sandbox as root.
if (process.getuid?.() === 0) args.push('--no-sandbox')
const browser = await chromium.launch({ executablePath, args })
try {
  console.log(
    JSON.stringify(await watchASession(await browser.newPage({ viewport: { width: 1280, height: 800 } }))),
  )
} finally {
  await browser.close()
}

async function watchASession(page) {
  page.setDefaultTimeout(15_000)
  // Refusals by the content security policy are console errors, too.
  const complaints = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))

  await page.goto(address)
  const projects = page.getByRole('list', { name: 'Projects found here' }).getByRole('button')
  await projects.first().waitFor()
  const suggestions = await projects.locator('b').allTextContents()
  await projects.filter({ hasText: 'invoicing' }).click()

  await page.getByRole('row', { name: 'money.py' }).locator('label').click()
  const selected = await page.getByText(/\d+ of \d+ selected/).textContent()
  await page.getByRole('button', { name: 'Background Generation' }).click()
  await page.waitForURL(/\/sessions\/sess_/)

  const before = await watch(page, ({ sentence }) => sentence.startsWith('Running'))
  await page.reload()
  const after = await watch(page, ({ heading }) => !/^(Opening|Writing)/.test(heading))

  const suite = await page.getByRole('tabpanel').textContent()
  await page.getByRole('tab', { name: 'Evidence' }).click()
  const evidence = await page.getByRole('tabpanel').textContent()
  const provenTests = await page.getByRole('table', { name: 'Each test' }).locator('tbody tr').count()
  const log = await page.getByRole('log').locator('p').allTextContents()
  return { suggestions, selected, before, after, suite, evidence, provenTests, log, complaints }
}

/** Every picture that the page showed, each once, until one is enough. */
async function watch(page, enough) {
  const seen = []
  await page.getByRole('row', { name: 'money.py' }).waitFor()
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await page.waitForTimeout(LOOK_EVERY_MS)) {
    const shown = await page.evaluate(() => ({
      heading: document.querySelector('h1').textContent,
      progress: Number(document.querySelector('[role=progressbar]').getAttribute('aria-valuenow')),
      sentence: document.querySelector('.files-table .sentence').textContent,
    }))
    if (JSON.stringify(shown) !== JSON.stringify(seen.at(-1))) seen.push(shown)
    if (enough(shown)) return seen
  }
  throw new Error(`waited in vain; last seen: ${JSON.stringify(seen.at(-1))}`)
}
