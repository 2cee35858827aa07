// What a test leaves in the home folder: run by hand, it would be its user's own. Here it is the sandbox's, which is empty at
// first; a person's own is not looked at.
const { lstatSync, readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

const MOST_SEEN = 500
const MOST_NAMED = 3
const HOME = isEmpty(process.env.HOME) ? process.env.HOME : undefined

exports.seenAtHome = () => {
  const found = new Map()
  if (HOME) look(HOME, found)
  return found
}

// Names, a few of them, or undefined.
exports.leftAtHome = (before) => {
  const left = [...exports.seenAtHome()].filter(([path, when]) => before.get(path) !== when)
  return left.length ? left.slice(0, MOST_NAMED).map(([path]) => relative(HOME, path)) : undefined
}

function look(folder, found) {
  for (const entry of entriesOf(folder)) {
    if (found.size > MOST_SEEN) return
    const path = join(folder, entry.name)
    try {
      found.set(path, lstatSync(path).mtimeMs)
    } catch {
      continue
    }
    if (entry.isDirectory()) look(path, found)
  }
}

function isEmpty(folder) {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
