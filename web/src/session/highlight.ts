/** Just enough colour to read a test suite by: comments, strings, numbers and keywords of our languages. */

export interface Token {
  readonly text: string
  readonly kind: 'plain' | 'comment' | 'string' | 'number' | 'keyword'
}

const JAVASCRIPT = {
  pattern:
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)/g,
  keywords:
    'as async await break case catch class const continue default delete do else export extends false finally for from function if import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield',
}
const PYTHON = {
  pattern:
    /(?<comment>#[^\n]*)|(?<string>[rbfRBF]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_]\w*)/g,
  keywords:
    'and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return True try while with yield',
}

/** The tokens of each line. */
export function linesOf(code: string, path: string): Token[][] {
  const { pattern, keywords } = path.endsWith('.py') ? PYTHON : JAVASCRIPT
  const known = new Set(keywords.split(' '))
  const lines: Token[][] = [[]]
  const add = (text: string, kind: Token['kind']) => {
    for (const [at, part] of text.split('\n').entries()) {
      if (at) lines.push([])
      if (part) lines.at(-1)?.push({ text: part, kind })
    }
  }
  let end = 0
  for (const match of code.matchAll(pattern)) {
    const { comment, string, number } = match.groups ?? {}
    const [text] = match
    add(code.slice(end, match.index), 'plain')
    add(
      text,
      comment ? 'comment' : string ? 'string' : number ? 'number' : known.has(text) ? 'keyword' : 'plain',
    )
    end = match.index + text.length
  }
  add(code.slice(end), 'plain')
  if (lines.at(-1)?.length === 0 && lines.length > 1) lines.pop()
  return lines
}
