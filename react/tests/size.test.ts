// @vitest-environment node

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'

test('the hook, with all that it needs but React, is below 5 kB gzipped', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const [built] = (await build({
    root,
    logLevel: 'error',
    build: { write: false },
  })) as Rolldown.RolldownOutput[]
  const chunks = built?.output.filter(part => part.type === 'chunk') ?? []

  expect(chunks.map(chunk => chunk.fileName)).toEqual(['index.js'])
  expect(gzipSync(chunks[0]?.code ?? '', { level: 9 }).length).toBeLessThan(5000)
})
