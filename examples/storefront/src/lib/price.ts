export type Region = 'DE' | 'FR' | 'GB' | 'US'

const TAX_RATES: Record<Region, number> = { DE: 0.19, FR: 0.2, GB: 0.2, US: 0 }

/** Add the region's sales tax to a net amount in cents, rounded half up. */
export function priceWithTax(cents: number, region: Region): number {
  if (!Number.isInteger(cents)) throw new TypeError('cents must be a whole number')
  if (cents < 0) throw new RangeError('cents must not be negative')
  const rate = TAX_RATES[region]
  return Math.round(cents * (1 + rate))
}

/** Format an amount in cents as people of the region write it: 1,234.50 or 1.234,50. */
export function formatPrice(cents: number, region: Region): string {
  const [group, decimal] = region === 'DE' ? ['.', ','] : region === 'FR' ? [' ', ','] : [',', '.']
  const sign = cents < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(cents) / 100).toString()
  const rest = (Math.abs(cents) % 100).toString().padStart(2, '0')
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, group) + decimal + rest
}

/** Take a percentage off, at most down to zero. */
export function discounted(cents: number, percent: number): number {
  if (percent < 0 || percent > 100) throw new RangeError('percent must be between 0 and 100')
  if (percent === 0) return cents
  return Math.max(0, Math.round(cents * (1 - percent / 100)))
}
