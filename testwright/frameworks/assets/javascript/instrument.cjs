// Leaves the text of one file with istanbul's counters in it, beside the text that it was made from. Nothing is run here that a
// test could have touched.
const { readFileSync, writeFileSync } = require('node:fs')
const { instrumenter } = require('./measuring.cjs')

const [root, file, report] = process.argv.slice(2)
const source = readFileSync(file, 'utf8')
const instrumented = instrumenter(file, root)(source)
if (instrumented !== source) writeFileSync(report, JSON.stringify({ source, instrumented }))
