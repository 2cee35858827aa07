// What vitest's workers load to carry our counters home, whatever environment they play: it must import nothing.
export default {
  getProvider() {
    return {
      name: 'testwright',
      initialize() {},
      resolveOptions: () => globalThis.__testwright_coverage__.options,
      clean() {},
      onAfterSuiteRun({ coverage }) {
        if (coverage) globalThis.__testwright_coverage__.collected.push(coverage)
      },
      generateCoverage: () => null,
      reportCoverage() {},
    }
  },
  takeCoverage: () => globalThis.__coverage__,
}
