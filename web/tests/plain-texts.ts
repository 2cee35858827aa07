/** What somebody reads on a page in the made-up language that comes neither from the catalogue nor from the service. */

import { words } from '../src/words'

const READ_OUT = ['title', 'aria-label', 'aria-description', 'aria-valuetext', 'placeholder', 'alt']
/** Code, and the names of keys. */
const NO_SENTENCES = 'pre, code, kbd'
const OPEN = '⟦'
const CLOSE = '⟧'

/** `said` is every text of the service. Parts of its paths, and dates, are data as well. */
export function plainTexts(root: Element, said: ReadonlySet<string>): string[] {
  const data = new Set(['Testwright', ...said, ...[...said].flatMap(partsOf)])
  const isData = (text: string) => data.has(text) || !/\p{L}/u.test(text) || dated().test(text)
  const found: string[] = []
  let depth = 0
  const read = (text: string) => {
    const outside = [...text].map(letter => {
      if (letter === OPEN) depth += 1
      if (letter === CLOSE) depth -= 1
      return letter === OPEN || letter === CLOSE ? '\n' : depth ? '' : letter
    })
    for (const part of outside
      .join('')
      .split('\n')
      .map(one => one.trim()))
      if (!isData(part) && !part.split(/ · |, | × /).every(isData)) found.push(part)
  }
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
  for (let node: Node | null = walk.currentNode; node; node = walk.nextNode())
    if (node instanceof Element) {
      // A sentence may go on after an element, whose attributes stand apart from it.
      const before = depth
      depth = 0
      for (const name of READ_OUT) read(node.getAttribute(name) ?? '')
      depth = before
    } else if (!node.parentElement?.closest(NO_SENTENCES)) read(node.textContent ?? '')
  return found
}

/** Folder and name of a path; what stands around the code of a hint. */
function partsOf(text: string): string[] {
  const cut = text.lastIndexOf('/') + 1
  const around = text.split('`').map(part => part.trim())
  return cut ? [text.slice(0, cut), text.slice(cut), ...text.split('/'), ...around] : around
}

function dated(): RegExp {
  const month = new Intl.DateTimeFormat(words.locale, { month: 'short' })
  const names = Array.from({ length: 12 }, (_, at) => month.format(new Date(2026, at, 1)))
  return new RegExp(`^[\\d ,:]*(${names.join('|')})[\\d ,:]*$`)
}
