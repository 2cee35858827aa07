// Which test is running, left in the place of the report before it runs: whoever ends the process in the midst of it leaves
// no other.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { templateIn } = require('./titles.cjs')

const texts = new Map()

exports.leave = ({ report, root }, test, more) => {
  const running = test && { titles: test.titles, template: templateOf(root, test) }
  writeFileSync(report, JSON.stringify({ finished: false, running, ...more }))
}

// The title as it was written, where a table or a loop made others of it.
exports.templateOf = templateOf

function templateOf(root, { titles, file }) {
  return templateIn(textOf(join(root, file)), titles)
}

function textOf(path) {
  if (!texts.has(path)) texts.set(path, read(path))
  return texts.get(path)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
