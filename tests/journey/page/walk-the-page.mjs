// What the page does with whatever a service says, in a real browser: prints as JSON what was seen.
// node walk-the-page.mjs <address of the invented service> <path of the browser> <path of axe.min.js>
import { readFileSync } from 'node:fs'
import { openBrowser, openPage } from './browser.mjs'

const [address, executablePath, axePath] = process.argv.slice(2)
const THEMES = ['light', 'dark']
const complaints = []
const browser = await openBrowser(executablePath)
try {
  const seen = {}
  for (const [name, walk] of Object.entries({ pick, keyboard, review, stop, twoTabs, hostile, accessible })) {
    const began = Date.now()
    seen[name] = await walk()
    seen[name].seconds = (Date.now() - began) / 1000
  }
  console.log(JSON.stringify({ ...seen, complaints }))
} finally {
  await browser.close()
}

async function open(path, options) {
  const page = await openPage(browser, complaints, options)
  await page.goto(address + path)
  return page
}

/** 5,000 files: how long one click takes until it is drawn, and that the address brings everything back. */
async function pick() {
  const page = await open('/?repository=repo_big')
  const row = page.getByRole('row', { name: 'area0', exact: true })
  await row.waitFor()
  const milliseconds = []
  for (let time = 0; time < 6; time++) {
    const took = page.evaluate(
      () =>
        new Promise(resolve => {
          const box = document.querySelector('.tree-row[data-level="2"] .check, .tree-row .check')
          box.addEventListener(
            'click',
            () => {
              const began = performance.now()
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
            },
            { once: true, capture: true },
          )
        }),
    )
    await page.locator('.tree-row .check').first().click()
    milliseconds.push(await took)
  }
  await row.locator('.check').click()
  await page.getByPlaceholder('Find files').fill('module7')
  await page.getByRole('button', { name: /^Changed/ }).click()
  await page.getByRole('radio', { name: 'Basic' }).check()
  await page.waitForURL(/pick=.*/)
  await page.waitForURL(/coverage=basic/)
  const rows = await page.locator('.tree-row').count()
  const before = await told(page)
  await page.reload()
  await page.locator('.tree-row').first().waitFor()
  const after = await told(page)
  await page.close()
  return { milliseconds, rows, before, after }
}

async function told(page) {
  return {
    selected: await page.getByText(/\d+ of \d+ selected/).textContent(),
    sought: await page.getByPlaceholder('Find files').inputValue(),
    changed: await page.getByRole('button', { name: /^Changed/ }).getAttribute('aria-pressed'),
    basic: await page.getByRole('radio', { name: 'Basic' }).isChecked(),
  }
}

/** No pointer at all: from the palette to a finished suite that is kept. */
async function keyboard() {
  const page = await open('/sessions')
  const keys = page.keyboard
  await page.getByRole('heading', { name: 'Sessions' }).waitFor()
  await keys.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await keys.type('generate storefront')
  await page.getByRole('option', { name: /storefront/ }).waitFor()
  await keys.press('Enter')
  await page.getByRole('treegrid').waitFor()
  await keys.press('/')
  const foundWithSlash = await page.evaluate(() => document.activeElement.type)
  await keys.type('price')
  await page.getByRole('row', { name: 'price.ts' }).waitFor()
  // From the field to the tree, down to the file, and picked.
  for (let step = 0; step < 12; step++) {
    await keys.press('Tab')
    if (await page.evaluate(() => document.activeElement.closest('[role=treegrid]') !== null)) break
  }
  await keys.press('End')
  await keys.press('Space')
  await page.getByText('1 of 10 selected').waitFor()
  await keys.press('Control+Enter')
  await page.waitForURL(/\/sessions\/sess_/)
  await page.getByText('Passing').waitFor()
  await keys.press('?')
  const listed = await page.locator('dialog kbd').allTextContents()
  await keys.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  await keys.press('v')
  await page.getByRole('heading', { name: 'Review' }).waitFor()
  await page.getByText('1 to decide').waitFor()
  await keys.press('a')
  await page.getByText('1 kept').waitFor()
  const summary = await page.locator('.head [role=status]').first().textContent()
  await keys.press('e')
  const editor = page.getByRole('textbox', { name: /being edited/ })
  await editor.waitFor()
  await keys.press('Control+End')
  await keys.type('// x')
  const written = (await editor.textContent()).includes('// x')
  // Out of the editor: Escape, then Tab.
  await keys.press('Escape')
  await keys.press('Tab')
  const left = await page.evaluate(() => document.activeElement.textContent)
  await page.close()
  return { foundWithSlash, listed, summary, written, left }
}

/** Decide, leave a test out, edit in vain, edit, apply, take back. */
async function review() {
  const page = await open('/?repository=repo_1')
  await start(page, ['price.ts', 'coupon.ts'])
  await page.getByRole('heading', { name: /are ready/ }).waitFor()
  await page.getByRole('link', { name: 'Review 2 ready' }).click()
  await page.getByText('2 to decide').waitFor()
  const added = await page.locator('.added-count').allTextContents()
  await page.getByRole('button', { name: /coupon/ }).click()
  await page.getByText('added to your suite').waitFor()
  const gap = await page.locator('.gap').first().textContent()
  await page.keyboard.press('x')
  await page.getByText('1 rejected').waitFor()
  await page.keyboard.press('k')
  await page.getByText('new file').waitFor()
  await page.getByRole('checkbox', { name: /refuses a negative/ }).uncheck()
  await page.getByRole('button', { name: 'Verify without 1 test' }).click()
  await page.getByText('revision 2').waitFor()
  await page.keyboard.press('e')
  const editor = page.getByRole('textbox', { name: /being edited/ })
  await editor.waitFor()
  await page.keyboard.press('Control+a')
  await page.keyboard.type("it('is wrong', () => expect(1).toBe(-1))")
  await page.reload()
  await editor.waitFor()
  const keptText = await editor.textContent()
  await page.getByRole('button', { name: 'Verify the edited suite' }).click()
  const refusal = await page.getByRole('alert').filter({ hasText: 'does not hold' }).first().textContent()
  await page.getByRole('button', { name: 'Close without verifying' }).click()
  await page.getByRole('button', { name: 'Apply to the folder' }).click()
  const applied = await page.getByText(/written:/).textContent()
  await page.getByRole('button', { name: /Take back/ }).click()
  const undone = await page.getByText(/taken back:/).textContent()
  await page.close()
  return { added, gap, keptText, refusal, applied, undone }
}

/** Stop, then retry one of the files; a second tab shows it, too. */
async function stop() {
  const page = await open('/?repository=repo_1&instructions=slowly')
  await start(page, ['price.ts', 'cart.ts'])
  await page
    .getByText(/Writing tests|Running/)
    .first()
    .waitFor()
  const written = await page.locator('.being-written').textContent()
  await page.keyboard.press('s')
  await page.getByRole('heading', { name: /^Stopped/ }).waitFor()
  const stopped = await page.getByText('Stopped', { exact: true }).count()
  // Another tab, which has seen the end: it follows what is begun here once somebody looks at it again.
  const second = await open(new URL(page.url()).pathname)
  await second.getByRole('heading', { name: /^Stopped/ }).waitFor()
  await page.getByRole('button', { name: 'Retry this file' }).click()
  await page.getByText('Passing').waitFor()
  const sentences = shown => shown.locator('.files-table .sentence').allTextContents()
  const after = await sentences(page)
  await second.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
  await second.getByText('Passing').waitFor()
  const elsewhere = await sentences(second)
  await page.close()
  await second.close()
  return { written, stopped, after, elsewhere }
}

/** Two tabs, one of which comes late, show the same; the log stays where somebody has scrolled it. */
async function twoTabs() {
  const first = await open('/?repository=repo_1&instructions=slowly')
  await start(first, ['price.ts', 'cart.ts', 'client.ts', 'Button.tsx', 'useCart.ts'])
  await first.getByRole('log').locator('p').nth(4).waitFor()
  // Low enough for the log to have something to scroll.
  const second = await open(new URL(first.url()).pathname, { viewport: { width: 1280, height: 520 } })
  await second.getByRole('log').locator('p').nth(8).waitFor()
  const log = second.getByRole('log')
  await log.evaluate(box => box.scrollTo(0, 0))
  await second.getByRole('button', { name: 'Jump to latest' }).waitFor()
  for (const page of [first, second]) await page.getByRole('heading', { name: /are ready/ }).waitFor()
  const pausedAt = await log.evaluate(box => box.scrollTop)
  const rows = page => page.locator('.files-table tbody tr').allTextContents()
  const lines = page => page.getByRole('log').locator('p').allTextContents()
  const same =
    [await rows(first), await lines(first)].join() === [await rows(second), await lines(second)].join()
  await first.getByRole('row', { name: /client.ts/ }).click()
  const failure = await first.getByRole('alert').first().textContent()
  await first.close()
  await second.close()
  return { pausedAt, same, failure }
}

/** Names that would do something, were they ever taken for markup. */
async function hostile() {
  const page = await open('/?repository=repo_hostile')
  await page.getByRole('treegrid').waitFor()
  const heading = await page.getByRole('heading', { level: 1 }).textContent()
  await page.getByRole('button', { name: 'Select all' }).click()
  await page.getByRole('button', { name: 'Background Generation' }).click()
  await page.getByRole('heading', { name: /are ready/ }).waitFor()
  const names = await page.locator('.file-name').evaluateAll(all => all.map(one => one.title))
  const made = await page.locator('main img, main script, main b[onclick]').count()
  const isolated = await page
    .locator('.file-name .base')
    .first()
    .evaluate(one => getComputedStyle(one).unicodeBidi)
  for (const tab of ['Source', 'Evidence', 'Changes', 'Possible bugs'])
    await page.getByRole('tab', { name: tab }).click()
  await page.close()
  return { heading, names, made, isolated }
}

/** What axe finds on each screen, in both themes. */
async function accessible() {
  const axe = readFileSync(axePath, 'utf8')
  const found = []
  const page = await open('/?repository=repo_1')
  await start(page, ['price.ts', 'client.ts', 'Checkout.tsx'])
  await page.getByRole('heading', { name: /are ready/ }).waitFor()
  const session = new URL(page.url()).pathname
  const screens = [
    '/?repository=repo_1&pick=src/lib/price.ts',
    ...['test', 'source', 'evidence', 'changes', 'bugs', 'dropped'].map(tab => `${session}?tab=${tab}`),
    `${session}?file=src/api/client.ts`,
    `${session}?file=src/pages/Checkout.tsx&tab=evidence`,
    `${session}?below=timeline`,
    `${session}/review`,
    ...['/sessions', '/sessions/sess_gone', '/repositories', '/repositories/repo_1', '/settings', '/nowhere'],
  ]
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const screen of screens) {
      await page.goto(address + screen)
      await page.locator('h1').waitFor()
      await page.waitForLoadState('networkidle')
      // What comes last on two of them.
      if (screen === '/settings') await page.getByText('$1.20 of $5.00').waitFor()
      if (screen.endsWith('timeline')) await page.getByRole('cell', { name: 'Gemini is busy.' }).waitFor()
      found.push(...(await violations(page, axe, `${theme} ${screen.replace(session, '/session')}`)))
    }
    for (const open of ['Control+k', '?']) {
      await page.keyboard.press(open)
      await page.locator('dialog').waitFor()
      found.push(...(await violations(page, axe, `${theme} ${open}`)))
      await page.keyboard.press('Escape')
    }
  }
  await page.close()
  return { found, screens: screens.length + 2 }
}

async function violations(page, axe, where) {
  await page.evaluate(axe)
  const { violations: all } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  )
  return all.map(
    ({ id, nodes }) => `${where}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
}

async function start(page, names) {
  for (const name of names) await page.getByRole('row', { name, exact: true }).locator('.check').click()
  await page.getByRole('button', { name: 'Background Generation' }).click()
  await page.waitForURL(/\/sessions\/sess_/)
}
