import { defineConfig, type Plugin } from 'vitest/config'

/** The brief's component is compiled as it stands in the brief, which exports nothing. */
const exportsTheBriefsComponent: Plugin = {
  name: 'exports-the-briefs-component',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('tests/brief/TestGenerationComponent.tsx')
      ? `${code}\nexport { TestGenerationComponent }\n`
      : undefined,
}

export default defineConfig({
  plugins: [exportsTheBriefsComponent],
  build: {
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    rolldownOptions: {
      external: ['react'],
      output: { banner: "'use client'", minify: true },
    },
    sourcemap: true,
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'] },
})
