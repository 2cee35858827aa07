/** How English counts. */

export const LOCALE = 'en-GB'

export const count = (number: number, noun: string): string =>
  `${number.toLocaleString(LOCALE)} ${noun}${number === 1 ? '' : 's'}`
