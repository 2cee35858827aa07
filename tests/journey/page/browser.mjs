// A real browser for what somebody does on the page, with everything noted that it complains of.
import { chromium } from 'playwright-core'

const ARGS = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
]
// Chromium cannot make its own sandbox as root.
if (process.getuid?.() === 0) ARGS.push('--no-sandbox')

export const openBrowser = executablePath => chromium.launch({ executablePath, args: ARGS })

/** A page whose complaints are collected: refusals by the content security policy are console errors, too. */
export async function openPage(browser, complaints, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options })
  page.setDefaultTimeout(40_000)
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  // What hostile names would call, were they ever run.
  page.on('dialog', dialog => {
    complaints.push(`ran: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return page
}

/** Picks one file of the folder that is open, and starts. Returns what was said to be selected. */
export async function startWith(page, name) {
  await page.getByRole('row', { name }).locator('.check').click()
  const selected = await page.getByText(/\d+ of \d+ selected/).textContent()
  await page.getByRole('button', { name: 'Background Generation' }).click()
  await page.waitForURL(/\/sessions\/sess_/)
  return selected
}

const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 50

/** Every picture of a session of one file that the page showed, each once, until one is enough. */
export async function watch(page, enough) {
  const seen = []
  await page.locator('.files-table tbody tr').waitFor()
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await page.waitForTimeout(LOOK_EVERY_MS)) {
    const shown = await page.evaluate(() => ({
      heading: document.querySelector('h1').textContent,
      progress: Number(document.querySelector('[role=progressbar]').getAttribute('aria-valuenow')),
      sentence: document.querySelector('.files-table .sentence').textContent,
      connection: document.querySelector('.connection')?.textContent ?? '',
    }))
    if (JSON.stringify(shown) !== JSON.stringify(seen.at(-1))) seen.push(shown)
    if (enough(shown)) return seen
  }
  throw new Error(`waited in vain; last seen: ${JSON.stringify(seen.at(-1))}`)
}
