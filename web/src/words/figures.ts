/** Figures in words. What is not known is a dash, never a nought. */

import { words } from './index'

export const DASH = '–'

export const number = (value: number, digits = 0): string => numberFormat(digits).format(value)

export const percent = (value: number | null | undefined): string => (value == null ? DASH : number(value))

export function change(before: number | null | undefined, after: number | null | undefined): string {
  if (before == null && after == null) return DASH
  return `${percent(before)} → ${percent(after)}`
}

export function duration(milliseconds: number): string {
  const said = words.figures
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return said.seconds(number(seconds))
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? said.minutes(number(minutes), number(seconds % 60))
    : said.hours(number(Math.floor(minutes / 60)), number(minutes % 60))
}

/** Tenths are told as long as they mean something. */
export function seconds(value: number): string {
  return value < 10 ? words.figures.seconds(number(value, 1)) : duration(value * 1000)
}

export function shortDuration(milliseconds: number): string {
  return milliseconds < 1000 ? words.figures.milliseconds(number(milliseconds)) : duration(milliseconds)
}

/** The time left, from what was expected: it counts down and never rises. */
/** A session stands there before any of its files was begun. */
const ACCEPTED_PERCENT = 10

/** Never rises. Behind its time, at a pace that needs twice of what is left, it is no longer promised to be over soon. */
export function timeLeft(expectedSeconds: number, elapsedSeconds: number, progress: number): string {
  const left = expectedSeconds - elapsedSeconds
  const done = (progress - ACCEPTED_PERCENT) / (100 - ACCEPTED_PERCENT)
  const needed = (elapsedSeconds * (1 - done)) / done
  const isLate = elapsedSeconds > expectedSeconds / 2 && needed > 2 * left
  return left <= 0 || isLate ? words.figures.longer : words.figures.left(about(left))
}

export function about(seconds: number): string {
  return seconds <= 55
    ? words.figures.aboutSeconds(number(Math.max(5, Math.ceil(seconds / 5) * 5)))
    : words.figures.aboutMinutes(number(seconds / 60))
}

export function money(usd: number | null | undefined): string {
  if (usd == null) return DASH
  return usd > 0 && usd < 0.01 ? words.figures.under(dollars(0.01)) : dollars(usd)
}

export function bytes(size: number | null): string {
  if (size === null) return ''
  return size < 1024
    ? words.figures.bytes(number(size))
    : words.figures.kibibytes(number(size / 1024, size < 10_240 ? 1 : 0))
}

export function clock(timestamp: string): string {
  const date = new Date(timestamp)
  return Number.isNaN(date.getTime()) ? '' : written(date, { timeStyle: 'medium' })
}

export const day = (timestamp: string): string =>
  written(new Date(timestamp), { day: 'numeric', month: 'short' })

/** A point in time that is nobody's local one. */
export const moment = (timestamp: string): string =>
  words.figures.utc(
    written(new Date(timestamp), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
  )

export function when(timestamp: string, now: number): string {
  const date = new Date(timestamp)
  const ago = now - date.getTime()
  if (ago < 60_000) return words.figures.justNow
  if (ago < 3_600_000) return words.figures.minutesAgo(number(Math.floor(ago / 60_000)))
  const isToday = new Date(now).toDateString() === date.toDateString()
  return written(date, {
    hour: '2-digit',
    minute: '2-digit',
    ...(!isToday && { day: 'numeric', month: 'short' }),
  })
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

const dollars = (usd: number): string =>
  formatFor(
    `$ ${words.locale}`,
    () =>
      new Intl.NumberFormat(words.locale, {
        style: 'currency',
        currency: 'USD',
        currencyDisplay: 'narrowSymbol',
      }),
  ).format(usd)

const numberFormat = (digits: number): Intl.NumberFormat =>
  formatFor(
    `${digits} ${words.locale}`,
    () =>
      new Intl.NumberFormat(words.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  )

const written = (date: Date, options: Intl.DateTimeFormatOptions): string =>
  formatFor(
    `${JSON.stringify(options)} ${words.locale}`,
    () => new Intl.DateTimeFormat(words.locale, options),
  ).format(date)

type Format = Intl.NumberFormat | Intl.DateTimeFormat
const formats = new Map<string, Format>()

/** Made once: a format takes far longer to make than to use. */
function formatFor<Made extends Format>(key: string, make: () => Made): Made {
  const known = (formats.get(key) as Made | undefined) ?? make()
  formats.set(key, known)
  return known
}
