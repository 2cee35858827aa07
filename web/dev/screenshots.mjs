/**
 * Pictures of every screen in both themes, of a real session with the bundled example:
 * `node web/dev/screenshots.mjs <folder> <testwright> [browser]`.
 */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'

const [folder, testwright, executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const EXAMPLE = resolve('examples/storefront')
const FILES = [
  'src/lib/price.ts',
  'src/lib/cart.ts',
  'src/api/client.ts',
  'src/hooks/useCountdown.ts',
  'src/components/QuantityPicker.tsx',
]
const LONGEST_MS = 600_000
const home = mkdtempSync(join(tmpdir(), 'testwright-pictures-'))
const port = await freePort()
const address = `http://127.0.0.1:${port}`
const service = spawn(resolve(testwright), ['up'], {
  env: {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TESTWRIGHT_HOME: home,
    TESTWRIGHT_API_PORT: String(port),
    TESTWRIGHT_PAGE_PORT: String(await freePort()),
    TESTWRIGHT_ROOTS: EXAMPLE,
  },
  stdio: ['ignore', 'ignore', 'inherit'],
})
const browser = await chromium.launch({
  executablePath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})

try {
  await until('the service answers', () => ask('GET', '/api/repositories'), 30_000)
  const { repositoryId } = await ask('POST', '/api/repositories', { path: EXAMPLE })
  const { sessionId } = await ask('POST', '/api/inngest/trigger', {
    repositoryId,
    framework: 'vitest',
    files: FILES.map(path => ({ path, content: readFileSync(join(EXAMPLE, path), 'utf8') })),
  })
  const session = `/sessions/${sessionId}`
  await pictures({ running: session }, 'still')
  await until(
    'the session ends',
    async () =>
      /completed|partial|failed/.test((await ask('GET', `/api/inngest/status/${sessionId}`)).status),
    LONGEST_MS,
  )
  const one = `${session}?file=${encodeURIComponent(FILES[0])}`
  await pictures({
    generate: `/?repository=${repositoryId}&pick=${FILES[0]}&pick=${FILES[1]}`,
    session: `${one}&tab=changes`,
    source: `${one}&tab=source`,
    evidence: `${one}&tab=evidence`,
    timeline: `${one}&below=timeline`,
    review: `${session}/review`,
    sessions: '/sessions',
    repositories: '/repositories',
    repository: `/repositories/${repositoryId}`,
    settings: '/settings',
  })
} finally {
  await browser.close()
  service.kill('SIGINT')
  await new Promise(done => service.once('exit', done))
  rmSync(home, { recursive: true, force: true })
}

/** What goes on is waited for until something is to be seen of it. */
async function pictures(screens, still) {
  mkdirSync(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({
      colorScheme,
      viewport: { width: 1360, height: 860 },
      reducedMotion: 'reduce',
    })
    for (const [name, path] of Object.entries(screens)) {
      await page.goto(address + path)
      if (still)
        await page
          .getByText(/Drafted \d+ tests/)
          .first()
          .waitFor({ timeout: 120_000 })
      else await page.waitForLoadState('networkidle')
      await page.waitForTimeout(700)
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
    }
    await page.close()
  }
}

async function ask(method, path, body) {
  const answer = await fetch(address + path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const told = await answer.json()
  if (!answer.ok) throw new Error(`${method} ${path}: ${told.message}`)
  return told.data
}

async function until(what, holds, longest) {
  for (const end = Date.now() + longest; ; ) {
    const found = await Promise.resolve(holds()).catch(() => false)
    if (found) return
    if (Date.now() > end) throw new Error(`Waited ${longest / 1000} s until ${what}.`)
    await new Promise(done => setTimeout(done, 500))
  }
}

function freePort() {
  return new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}
