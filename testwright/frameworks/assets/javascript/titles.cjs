// `it.each(rows)('adds %i', …)` is one test to whoever wrote it, and so is one that a loop makes: find the title that this
// one's title was made from, as a template (`'adds ' + n` is `adds ${n}`). `languages/javascript/titles.py` says the same.
exports.templateIn = (text, titles) => exports.tableOf(text, titles) ?? templateOf(text, titles, titles.length - 1, TEST)

// All tests of `describe.each(rows)('rate %i', …)` are one, too, and go by its title, and so do those of a group that a
// loop makes.
exports.tableOf = (text, titles) => titles.slice(0, -1).map((_, at) => templateOf(text, titles, at, GROUP)).find(Boolean)

const TEST = 'test'
const GROUP = 'group'
const CALLS = /(?<![\w$.])(?:(it|test|fit|xit|xtest)|describe|suite|context|fdescribe|xdescribe)(?:\.\w+)*\s*\(/g
const STATEMENTS = /(?:^|[;{}])[ \t]*(?:[\w$]+\.)*[\w$]+\(\s*(?=['"`])/gm
const TABLES = /([\s\S])\)\s*\(\s*(['"`])((?:\\.|(?!\2)[^\\])*)\2\s*,|`\s*\(\s*(['"`])((?:\\.|(?!\4)[^\\])*)\4\s*,/g
const LOOPS = /(?<![\w$])(?!(?:it|test|describe)\b)[\w$]+\s*\(\s*`((?:\\.|[^\\`])*\$\{(?:\\.|[^\\`])*)`\s*,/g
const DECLARED = /^\s*(?:export\s+)?(?:(?:async\s+)?function\b|(?:const|let|var)\s+[\w$]+\s*=\s*(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>))/
const HOLES = /%[sdifjoOc#$%p]|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$[\w.#]+/
const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0', '\n': '' }

function templateOf(text, titles, at, kind) {
  const name = titles[at]
  if (name === undefined) return undefined
  const { literal, made } = titlesIn(text)
  if (literal.has(name)) return undefined
  const isBeside = (each) => groupBefore(text, each.at) === titles[at - 1]
  const fits = made.filter((each) => each.kind !== (kind === TEST ? GROUP : TEST) && each.pattern.test(name))
  const [found] = fits.sort((a, b) => b.said - a.said || isBeside(b) - isBeside(a) || behind(text, name, a) - behind(text, name, b))
  return found && !(found.hasRows && isRow(text, name)) ? found.title : undefined
}

// A row of a table that is written out with its own title is a test of its own.
const isRow = (text, name) => new RegExp(`[[,]\\s*\\[\\s*(['"\`])${escaped(quoted(name))}\\1\\s*,`).test(text)

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const quoted = (text) => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')

// How far a title stands behind where what it came out as is written: rows stand before the test that they are for.
function behind(text, name, { at }) {
  const found = Math.max(...[`'`, '"', '`'].map((quote) => text.lastIndexOf(quote + quoted(name) + quote, at)))
  return found < 0 ? text.length : at - found
}

function groupBefore(text, at) {
  const groups = [...text.slice(0, at).matchAll(/(?<![\w$.])(?:describe|suite|context)(?:\.\w+)*\s*\(/g)]
  const last = groups.at(-1)
  return last && titleAt(text, last.index + last[0].length)?.title
}

let known = {}

function titlesIn(text) {
  if (known.text !== text) known = { text, ...read(text) }
  return known
}

function read(text) {
  const literal = new Set()
  const made = []
  const add = (title, more) => {
    const pieces = title.split(HOLES)
    const pattern = new RegExp(`^${pieces.map(escaped).join('[\\s\\S]*')}$`)
    made.push({ title, pattern, said: pieces.join('').length, ...more })
  }
  for (const match of text.matchAll(TABLES)) {
    const title = match[3] ?? match[5]
    if (HOLES.test(title)) add(title, { at: match.index, hasRows: title === '%s' && match[1] === ']' })
  }
  for (const match of text.matchAll(LOOPS)) add(match[1], { at: match.index })
  for (const match of text.matchAll(STATEMENTS)) {
    const found = titleAt(text, match.index + match[0].length)
    if (found?.isLiteral) literal.add(found.title)
  }
  for (const match of text.matchAll(CALLS)) {
    const found = titleAt(text, match.index + match[0].length)
    if (found?.isLiteral) literal.add(found.title)
    if (!found || found.isLiteral || (match[1] === undefined && !isMade(text, match.index))) continue
    const hasRows = found.title === '${title}' && /for \(const \[title\b[^\]]*\] of \[/.test(text)
    add(found.title, { at: match.index, kind: match[1] === undefined ? GROUP : TEST, hasRows })
  }
  return { literal, made }
}

// Tests of a group that no loop makes go by their own titles, and so do those of one that a function of the suite makes.
function isMade(text, at) {
  const lines = text.slice(0, at).split('\n')
  let [margin] = lines.at(-1).match(/^\s*/)
  if (lines.at(-1) === '' || DECLARED.test(lines.at(-1))) return false
  for (const line of lines.reverse()) {
    const [before] = line.match(/^\s*/)
    if (line.trim() === '' || before.length >= margin.length) continue
    if (DECLARED.test(line)) return false
    margin = before
  }
  return true
}

// The first argument of a call, from behind its bracket on; nothing where that is a function, say.
function titleAt(text, start) {
  const parts = []
  let depth = 0
  let begin = start
  let isOneValue = false
  for (let at = start; at < text.length; at++) {
    const sign = text[at]
    if (`'"\``.includes(sign)) at = endOf(text, at)
    else if ('([{'.includes(sign)) depth++
    else if (depth && ')]}'.includes(sign)) depth--
    else if (!depth && (sign === ',' || sign === ')')) {
      parts.push(text.slice(begin, at).trim())
      return titleOf(isOneValue ? [text.slice(start, at).trim()] : parts)
    } else if (!depth && sign === '+') {
      parts.push(text.slice(begin, at).trim())
      begin = at + 1
    } else if (!depth && /^(?:=>|function\b|class\b)/.test(text.slice(at, at + 9)) && !/[\w$]/.test(text[at - 1])) return undefined
    else if (!depth && (/^(?:\?(?!\.)|[<>|&=^;])/.test(text.slice(at, at + 2)) || /^\s(?:as|in|instanceof|satisfies)\s/.test(text.slice(at, at + 12)))) isOneValue = true
  }
  return undefined
}

function endOf(text, at) {
  const quote = text[at]
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === quote) return end
    else if (quote === '`' && text.startsWith('${', end)) end = endOfHole(text, end + 2)
  }
  return text.length
}

function endOfHole(text, at) {
  let depth = 0
  for (let end = at; end < text.length; end++) {
    if (`'"\``.includes(text[end])) end = endOf(text, end)
    else if (text[end] === '{') depth++
    else if (text[end] === '}' && depth-- === 0) return end
  }
  return text.length
}

function titleOf(parts) {
  const isText = (part) => `'"\``.includes(part[0]) && endOf(part, 0) === part.length - 1
  const isMade = (part) => !isText(part) || (part[0] === '`' && part.includes('${'))
  if (parts.includes('')) return undefined
  const said = parts.map((part) => {
    if (!isText(part)) return `\${${part.split(/\s+/).join(' ')}}`
    return isMade(part) ? part.slice(1, -1) : unescaped(part.slice(1, -1))
  })
  return { title: said.join(''), isLiteral: !parts.some(isMade) }
}

const unescaped = (text) =>
  text.replace(/\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|([\s\S]))/gi, (_, long, four, two, sign) =>
    sign === undefined ? String.fromCodePoint(Number.parseInt(long ?? four ?? two, 16)) : (ESCAPES[sign] ?? sign),
  )
