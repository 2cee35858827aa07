/** A made-up language that shows what is not in the catalogue, and what has no room for longer words: `⟦Šéššîöñš~~~⟧`. */

import type { Words } from './english'

const LETTERS: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'î',
  n: 'ñ',
  o: 'ö',
  s: 'š',
  u: 'ü',
  y: 'ý',
  A: 'Á',
  C: 'Ç',
  E: 'É',
  I: 'Î',
  N: 'Ñ',
  O: 'Ö',
  S: 'Š',
  U: 'Ü',
}

export function pseudo(catalogue: Words): Words {
  return { ...(inPseudo(catalogue) as Words), locale: catalogue.locale }
}

function inPseudo(value: unknown): unknown {
  if (typeof value === 'string') return spoken(value)
  if (typeof value === 'function')
    return (...given: unknown[]) => {
      const said: unknown = value(...given)
      return typeof said === 'string' ? spoken(said) : said
    }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inPseudo(part)]))
}

function spoken(text: string): string {
  if (!text) return ''
  const letters = [...text].map(letter => LETTERS[letter] ?? letter).join('')
  return `⟦${letters}${'~'.repeat(Math.ceil(text.length / 3))}⟧`
}
