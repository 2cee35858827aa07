// What our runners inherit from: the runner of the vitest that runs us, whichever version and wherever it lies.
const told = JSON.parse(process.env.TESTWRIGHT_VITEST)

export const { root, source, shared, coverage, marker } = told
export const vitest = await import(/* @vite-ignore */ told.index)
export const Base = vitest.TestRunner ?? (await import(/* @vite-ignore */ told.runners)).VitestTestRunner
export const startTests = (await import(/* @vite-ignore */ told.running).catch(() => ({}))).startTests
export const getFn = Base.getTestFn ?? (await import(/* @vite-ignore */ told.suite)).getFn
