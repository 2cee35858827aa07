// `it.each(rows)('adds %i', …)` is one test to whoever wrote it: find the title that this row's title was made from.
// A row whose whole title stands in the text is a test of its own.
exports.templateIn = (text, titles) => exports.tableOf(text, titles) ?? templateOf(text, titles.at(-1) ?? '')

// All tests of `describe.each(rows)('rate %i', …)` are one, too, and go by its title, and so do those of a group that a
// loop makes.
exports.tableOf = (text, titles) => titles.slice(0, -1).map((title) => templateOf(text, title)).find(Boolean)

function templateOf(text, name) {
  if (text.includes(name)) return undefined
  const ofTables = [...text.matchAll(/[)`]\s*\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g)].map((match) => match[2])
  const inLoops = [...text.matchAll(/\w\s*\(\s*`((?:\\.|[^\\`])*\$\{(?:\\.|[^\\`])*)`\s*,/g)].map((match) => match[1])
  const fits = [...ofTables, ...inLoops].filter((title) => {
    const pieces = title.split(/%[sdifjoOc#$%p]|\$\{[^}]*\}|\$[\w.#]+/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pieces.join('[\\s\\S]*')}$`).test(name)
  })
  return fits.sort((a, b) => b.length - a.length)[0]
}
