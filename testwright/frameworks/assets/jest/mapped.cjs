// What a case alone ran, where the counters speak of compiled lines (ts-jest): in the lines that the author wrote, by the
// same means by which jest maps the coverage of the whole suite, so that lines and branches have the same names.
const { ran } = require('../javascript/counters.cjs')
const { fromJest } = require('./parts.cjs')

exports.mapped = async ({ unmapped, ...rest }) => {
  if (!unmapped) return rest
  const { createCoverageMap } = fromJest('istanbul-lib-coverage')
  const { createSourceMapStore } = fromJest('istanbul-lib-source-maps')
  const told = await createSourceMapStore().transformCoverage(createCoverageMap({ [unmapped.path]: unmapped }))
  const found = (told.map ?? told).data[unmapped.path]?.toJSON()
  return found ? { ...rest, ...ran(found) } : rest
}
