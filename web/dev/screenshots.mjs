/** Pictures of the page for the documentation, from invented answers: `node web/dev/screenshots.mjs <folder> [browser]`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const FILES = [
  'src/lib/price.ts',
  'src/lib/coupon.ts',
  'src/api/client.ts',
  'src/pages/Checkout.tsx',
  'src/hooks/useCart.ts',
]
const SCREENS = {
  generate: '/?repository=repo_1&pick=src/lib/price.ts&pick=src/lib/coupon.ts',
  source: '/sessions/sess_pictures?tab=source',
  review: '/sessions/sess_pictures/review',
  repository: '/repositories/repo_1',
}

mkdirSync(folder, { recursive: true })
const service = spawn(process.execPath, [fileURLToPath(new URL('mock-service.mjs', import.meta.url)), '0'], {
  env: { STEP_MS: '20' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await chromium.launch({ executablePath, args })
try {
  const [line] = await once(service.stdout, 'data')
  const address = String(line).trim()
  await fetch(`${address}/api/inngest/trigger`, {
    method: 'POST',
    body: JSON.stringify({
      repositoryId: 'repo_1',
      sessionId: 'sess_pictures',
      files: FILES.map(path => ({ path })),
    }),
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  await page.goto(`${address}/sessions/sess_pictures`)
  await page.getByRole('heading', { name: /are ready/ }).waitFor()
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    for (const [name, path] of Object.entries(SCREENS)) {
      await page.goto(address + path)
      await page.waitForLoadState('networkidle')
      await page.waitForTimeout(500)
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` })
    }
  }
} finally {
  await browser.close()
  service.kill()
}
