// Reads a project's configuration for vite before 6.1, which can only do so by writing beside the configuration: a
// sandbox's project is read-only. The bundle goes to a scratch folder, and imports from there resolve as from the project.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export async function readOldConfig(path, root, vitePackage, scratch) {
  const { build } = createRequire(vitePackage)('esbuild')
  const bundled = await build({
    entryPoints: [path],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    define: {
      __dirname: JSON.stringify(dirname(path)),
      __filename: JSON.stringify(path),
      'import.meta.url': JSON.stringify(pathToFileURL(path).href),
      'import.meta.dirname': JSON.stringify(dirname(path)),
      'import.meta.filename': JSON.stringify(path),
    },
  })
  const folder = join(scratch, 'config')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'project.config.mjs')
  writeFileSync(file, bundled.outputFiles[0].text)
  const [from, to] = [pathToFileURL(folder).href, pathToFileURL(path).href].map((each) => JSON.stringify(each))
  const hook = `export const resolve = (name, context, next) =>
    next(name, context.parentURL?.startsWith(${from}) ? { ...context, parentURL: ${to} } : context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
  const found = (await import(pathToFileURL(file).href)).default
  return typeof found === 'function' ? found({ command: 'serve', mode: 'test' }) : found
}
