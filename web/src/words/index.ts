/** The page's words. `speak` puts another catalogue in the place of the English one, before the page is drawn. */

import { english, type Words } from './english'

export let words: Words = english

export function speak(catalogue: Words): void {
  words = catalogue
}
