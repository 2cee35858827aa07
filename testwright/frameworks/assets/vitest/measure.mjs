// Measures one file. Its original text is instrumented before anything else touches it, so lines are those the author
// wrote; vitest's coverage socket carries the counters home. Any vitest will do: none of its providers is needed.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const OPTIONS = {
  enabled: true,
  provider: 'custom',
  customProviderModule: join(dirname(fileURLToPath(import.meta.url)), 'coverage.mjs'),
  reportsDirectory: join(process.env.TMPDIR ?? '/tmp', 'testwright-vitest/coverage'),
  clean: false,
  reporter: [],
  extension: [],
  exclude: [],
}

globalThis.__testwright_coverage__ = { options: OPTIONS, collected: [] }

export const measured = () => globalThis.__testwright_coverage__.collected

export function instrumenting(file, entry) {
  const { createInstrumenter } = instrumentLibrary(entry)
  return {
    name: 'testwright:measure',
    enforce: 'pre',
    transform(code, id) {
      if (id.split('?')[0] !== file) return null
      const instrumenter = createInstrumenter({
        esModules: true,
        compact: false,
        produceSourceMap: true,
        preserveComments: true,
        autoWrap: true,
        parserPlugins: syntaxOf(file),
      })
      const measured = instrumenter.instrumentSync(code, file)
      return { code: measured, map: instrumenter.lastSourceMap() }
    },
  }
}

function syntaxOf(file) {
  const common = ['decorators-legacy', 'importMeta', 'topLevelAwait', 'classProperties', 'classPrivateProperties']
  if (/\.[cm]?ts$/.test(file)) return [...common, 'typescript']
  if (/\.tsx$/.test(file)) return [...common, 'typescript', 'jsx']
  return [...common, 'jsx']
}

function instrumentLibrary(entry) {
  for (const from of [entry, process.cwd() + '/', import.meta.url, pathToFileURL('/node_modules/').href]) {
    try {
      return createRequire(from)('istanbul-lib-instrument')
    } catch {}
  }
  throw new Error('istanbul-lib-instrument is not here: coverage cannot be measured')
}
