// Which test is running, left in the place of the report before it runs: whoever ends the process in the midst of it leaves
// no other.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { tableOf, templateOf } = require('./titles.cjs')

const texts = new Map()

exports.leave = ({ report, root }, test, more) => {
  const running = test && runningIn(root, test)
  writeFileSync(report, JSON.stringify({ finished: false, running, ...more }))
}

function runningIn(root, { titles, file }) {
  const text = textOf(join(root, file))
  const title = titles.at(-1)
  return { titles, template: tableOf(text, titles) ?? templateOf(text, title) }
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
