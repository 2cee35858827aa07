/** Figures in words. What is not known is a dash, never a nought. */

export const DASH = '–'

export const number = (value: number): string => value.toLocaleString('en')

export const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`

export const percent = (value: number | null | undefined): string =>
  value == null ? DASH : String(Math.round(value))

export function change(before: number | null | undefined, after: number | null | undefined): string {
  if (before == null && after == null) return DASH
  return `${percent(before)} → ${percent(after)}`
}

export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Tenths are told as long as they mean something. */
export function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} s` : duration(value * 1000)
}

/** The time left, from what was expected: it counts down and never rises. */
export function timeLeft(expectedSeconds: number, elapsedSeconds: number): string {
  const left = expectedSeconds - elapsedSeconds
  return left <= 0 ? 'longer than usual' : `${about(left)} left`
}

export function about(seconds: number): string {
  if (seconds <= 55) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s`
  return `about ${Math.round(seconds / 60)} min`
}

export function money(usd: number | null | undefined): string {
  if (usd == null) return DASH
  return usd > 0 && usd < 0.01 ? 'under $0.01' : `$${usd.toFixed(2)}`
}

export function bytes(size: number | null): string {
  if (size === null) return ''
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(size < 10_240 ? 1 : 0)} KiB`
}

export function clock(timestamp: string): string {
  const date = new Date(timestamp)
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleTimeString('en-GB')
}

export function day(timestamp: string): string {
  return new Date(timestamp).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
}

/** A point in time that is nobody's local one. */
export function moment(timestamp: string): string {
  const date = new Date(timestamp)
  const words = date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  return `${words} UTC`
}

export function when(timestamp: string, now: number): string {
  const date = new Date(timestamp)
  const ago = now - date.getTime()
  if (ago < 60_000) return 'just now'
  if (ago < 3_600_000) return `${Math.floor(ago / 60_000)} min ago`
  const today = new Date(now).toDateString() === date.toDateString()
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return today ? time : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)
