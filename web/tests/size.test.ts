// @vitest-environment node

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, test, vi } from 'vitest'

test('the first load is at most 240 kB gzipped, and the editor comes later with at most 170', async () => {
  // React brings another self along where somebody tests.
  vi.stubEnv('NODE_ENV', 'production')
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { output } = (await build({
    root,
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput
  vi.unstubAllEnvs()
  const chunks = output.filter(part => part.type === 'chunk')
  const bytes = (entry: boolean) =>
    chunks
      .filter(({ isEntry }) => isEntry === entry)
      .reduce((sum, { code }) => sum + gzipSync(code).length, 0)

  expect(chunks.map(({ isEntry }) => isEntry)).toContain(false)
  expect(bytes(true)).toBeLessThan(240_000)
  expect(bytes(false)).toBeLessThan(170_000)
})
