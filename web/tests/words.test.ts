import { expect, test } from 'vitest'
import { english } from '../src/words/english'
import { pseudo } from '../src/words/pseudo'

test('the made-up language has every sentence of the catalogue, longer and in other letters', () => {
  const other = pseudo(english)

  expect(other.app.sessions).toBe('[Šéššîöñš~~~]')
  expect(other.generate.selected(2, 7)).toMatch(/^\[2 öf 7 šéléçtéd~+\]$/)
  expect(Object.keys(other)).toEqual(Object.keys(english))
})
