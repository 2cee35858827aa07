import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const here = (path: string) => new URL(path, import.meta.url).pathname

export default defineConfig({
  plugins: [react()],
  // The hook is compiled from its source, so that the page needs no build of it first.
  resolve: { alias: { '@testwright/react': here('../react/src/index.ts') } },
  build: {
    outDir: here('../testwright/web_build'),
    emptyOutDir: true,
    // The service's content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    target: 'es2023',
    license: { fileName: 'licenses.md' },
  },
  server: {
    port: 3001,
    strictPort: true,
    proxy: {
      '/api': {
        target: process.env.TESTWRIGHT_API ?? 'http://localhost:5000',
        changeOrigin: true,
        configure: proxy =>
          // The service knows its own two ports only; this one exists for development.
          proxy.on('proxyReq', request => request.removeHeader('origin')),
      },
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
})
