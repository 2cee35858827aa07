import * as ts from 'typescript'
import { expect, test } from 'vitest'
import { english } from '../src/words/english'
import { pseudo } from '../src/words/pseudo'

test('the made-up language has every sentence of the catalogue, longer and in other letters', () => {
  const other = pseudo(english)

  expect(other.app.sessions).toBe('⟦Šéššîöñš~~~⟧')
  expect(other.generate.selected(2, 7)).toMatch(/^⟦2 öf 7 šéléçtéd~+⟧$/)
  expect(Object.keys(other)).toEqual(Object.keys(english))
})

test('no component has words of its own', () => {
  const files = Object.entries(
    import.meta.glob<string>('../src/**/*.tsx', { query: 'raw', import: 'default', eager: true }),
  )
  const found = files.flatMap(([file, code]) => wordsIn(code).map(words => `${file}: ${words}`))

  expect(files.length).toBeGreaterThan(30)
  expect(found).toEqual(['../src/app.tsx: Testwright'])
})

test.each([
  ['<p>Some words</p>', 'Some words'],
  ['<p title="A title" className="words" />', 'A title'],
  ['<Tick label={isOn && `Copy`} />', 'Copy'],
  ["<p>{ended ? 'Ended' : words.app.goesOn}</p>", 'Ended'],
  ['useTitle("Sessions")', 'Sessions'],
])('%s has words of its own', (code, words) => {
  expect(wordsIn(code)).toEqual([words])
})

/** What a component writes or has read out that stands in itself, but for the names of keys. */
function wordsIn(code: string): string[] {
  const found: string[] = []
  const told = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateTail(node)) add(node.text)
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(told)
    else if (ts.isBinaryExpression(node)) told(node.right)
    else if (ts.isTemplateExpression(node) || ts.isParenthesizedExpression(node)) node.forEachChild(told)
    else if (ts.isTemplateSpan(node)) told(node.literal)
  }
  const add = (text: string) => {
    if (/\p{L}/u.test(text)) found.push(text)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'kbd') return
    if (ts.isJsxText(node)) add(node.text.trim())
    else if (ts.isJsxAttribute(node) && READ_OUT.has(node.name.getText()) && node.initializer)
      told(ts.isJsxExpression(node.initializer) ? (node.initializer.expression ?? node) : node.initializer)
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent) && node.expression)
      told(node.expression)
    else if (ts.isCallExpression(node) && node.expression.getText() === 'useTitle')
      node.arguments.forEach(told)
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile('a.tsx', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX))
  return found
}

const READ_OUT = new Set(['title', 'aria-label', 'aria-description', 'placeholder', 'alt', 'label'])
