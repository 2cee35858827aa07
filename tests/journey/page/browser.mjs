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
