// What our runners inherit from: the runner of the vitest that runs us, whichever version and wherever it lies.
const told = JSON.parse(process.env.TESTWRIGHT_VITEST)

export const { root, source, suites, shared, coverage, marker, turns } = told
export const vitest = await import(/* @vite-ignore */ told.index)
export const Base = vitest.TestRunner ?? (await import(/* @vite-ignore */ told.runners)).VitestTestRunner
export const startTests = (await import(/* @vite-ignore */ told.running).catch(() => ({}))).startTests
export const getFn = Base.getTestFn ?? (await import(/* @vite-ignore */ told.suite)).getFn

// All code is loaded and run once more in this worker, as vitest does where files are not isolated; it hears nothing of it.
export async function runAnew(runner, paths) {
  vitest.vi.resetModules()
  vitest.vi.resetConfig()
  vitest.vi.restoreAllMocks()
  const nested = new runner.constructor(runner.config)
  nested.isNested = true
  for (const name of ['__vitest_executor', 'moduleRunner', '_otel']) if (name in runner) nested[name] = runner[name]
  return await startTests(paths, nested)
}
