// On a folder that is open already, the server goes down in the middle of a session and comes up again: prints as JSON what the page showed all along.
// Asks for each with a line, "kill" and then "start", and waits for the answer.
// node lose-the-server.mjs <address of the folder on the page> <path of the browser>
import { once } from 'node:events'
import { openBrowser, openPage, startWith, watch } from './browser.mjs'

const [address, executablePath] = process.argv.slice(2)
const complaints = []
const browser = await openBrowser(executablePath)
try {
  const page = await openPage(browser, complaints)
  await page.goto(address)
  await startWith(page, 'money.py')
  await page.evaluate(() => {
    window.isTheSamePage = true
  })
  const before = await watch(page, ({ sentence }) => /^(Writing|Running)/.test(sentence))
  await ask('kill')
  const lost = await watch(page, ({ connection }) => /^(Reconnecting|Following)/.test(connection))
  await ask('start')
  const after = await watch(page, ({ heading }) => !/^(Opening|Writing)/.test(heading))
  const lines = page.getByRole('log').locator('p')
  // The log is drawn a moment after the heading; what is lost for good is still missing then.
  await lines.filter({ hasText: 'completed' }).first().waitFor({ timeout: 10_000 })
  const log = await lines.allTextContents()
  const isTheSamePage = await page.evaluate(() => window.isTheSamePage === true)
  const session = new URL(page.url()).pathname.split('/').at(-1)
  console.log(JSON.stringify({ session, before, lost, after, log, isTheSamePage, complaints }))
} finally {
  await browser.close()
  process.stdin.destroy()
}

async function ask(deed) {
  console.log(deed)
  await once(process.stdin, 'data')
}
