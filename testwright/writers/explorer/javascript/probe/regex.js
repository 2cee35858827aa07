// Texts that match a regular expression: the source's own patterns are the best hint at what it wants to read.
const ANYTHING = ['alpha', 'a', 'beta', '1']

function sampleRegex(source, flags, random) {
  let at = 0
  const groups = []
  const pick = (list) => list[Math.floor(random() * list.length)]

  function alternatives() {
    const options = [sequence()]
    while (source[at] === '|') {
      at++
      options.push(sequence())
    }
    return () => pick(options)()
  }

  function sequence() {
    const parts = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(quantified())
    return () => parts.map((part) => part()).join('')
  }

  function quantified() {
    const isBlank = source[at] === ' ' || source.startsWith('\\s', at)
    const isAnything = source[at] === '.' || source.startsWith('[^', at)
    const part = atom()
    let low = 1
    let high = 1
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at))
    if (source[at] === '*') [low, high] = [0, 3]
    else if (source[at] === '+') [low, high] = [1, 3]
    else if (source[at] === '?') [low, high] = [0, 1]
    else if (braces) {
      low = Number(braces[1])
      high = braces[2] === undefined ? low : braces[3] ? Number(braces[3]) : low + 2
    } else return part
    at += braces ? braces[0].length : 1
    if (source[at] === '?') at++
    return () => {
      if (isBlank && low === 0 && random() < 0.85) return ''
      // Where anything may stand, a word is what a person would write, and what other arguments may name as well.
      if (isAnything && high >= 3 && random() < 0.7) return pick(ANYTHING)
      const count = low + Math.floor(random() * (Math.min(high, low + 8) - low + 1))
      let made = ''
      for (let index = 0; index < count; index++) made += part()
      return made
    }
  }

  function atom() {
    const character = source[at++]
    if (character === '(') return group()
    if (character === '[') return oneOf(charClass())
    if (character === '.') return oneOf('abcxyz019 -')
    if (character === '^' || character === '$') return () => ''
    if (character === '\\') return escaped()
    return () => character
  }

  function group() {
    let isSilent = false
    const head = /^\?(:|=|!|<=|<!|<[^>]+>)/.exec(source.slice(at))
    if (head) {
      at += head[0].length
      isSilent = ['=', '!', '<=', '<!'].includes(head[1])
    }
    const index = groups.length
    if (!head || head[1].endsWith('>')) groups.push('')
    const inner = alternatives()
    at++
    if (isSilent) return () => ''
    return () => (groups[index] = inner())
  }

  function escaped() {
    const character = source[at++]
    if (/[1-9]/.test(character)) return () => groups[Number(character) - 1] ?? ''
    if ('bB'.includes(character)) return () => ''
    const set = escapeSet(character)
    return set.length === 1 ? () => set : oneOf(set)
  }

  function escapeSet(character) {
    const sets = { d: '0123456789', w: 'abcxyzABC019_', s: ' ', D: 'abc -', W: ' -.!', S: 'abcXYZ019', n: '\n', t: '\t', r: '\r' }
    if (character === 'u' || character === 'x') {
      const code = /^\{?([0-9a-fA-F]{2,6})\}?/.exec(source.slice(at, at + (character === 'x' ? 2 : 8)))
      if (code) {
        const digits = character === 'x' ? code[1].slice(0, 2) : source[at] === '{' ? code[1] : code[1].slice(0, 4)
        at += source[at] === '{' ? digits.length + 2 : digits.length
        return String.fromCodePoint(parseInt(digits, 16))
      }
    }
    return sets[character] ?? character
  }

  function charClass() {
    const negated = source[at] === '^'
    if (negated) at++
    let set = ''
    while (at < source.length && source[at] !== ']') {
      let character = source[at++]
      if (character === '\\') character = escapeSet(source[at++])
      if (character.length === 1 && source[at] === '-' && source[at + 1] !== ']') {
        at++
        let last = source[at++]
        if (last === '\\') last = escapeSet(source[at++])
        const [from, to] = [character.charCodeAt(0), last.charCodeAt(0)]
        for (let code = from; code <= to && code < from + 80; code++) set += String.fromCharCode(code)
      } else set += character
    }
    at++
    if (!negated) return set
    return [...'abcXYZ012 -_.,;:!?'].filter((each) => !set.includes(each)).join('') || '~'
  }

  function oneOf(set) {
    // Letters and digits read best: take others only now and then.
    const plain = set.replace(/[^A-Za-z0-9]/g, '')
    return () => pick(plain && random() < 0.75 ? plain : set)
  }

  try {
    return alternatives()()
  } catch {
    return ''
  }
}
