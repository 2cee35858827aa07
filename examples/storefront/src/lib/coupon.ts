import { discounted } from './price'

export type Coupon =
  | { kind: 'percent'; code: string; percent: number }
  | { kind: 'fixed'; code: string; cents: number; minimum?: number }

export type Applied = { ok: true; cents: number } | { ok: false; reason: 'malformed' | 'too-small' }

const CODE = /^[A-Z]{3,8}-\d{2,4}$/

/** A coupon's code as people type it, put right; null when it cannot be one. */
export function normaliseCode(typed: string): string | null {
  const code = typed.trim().toUpperCase().replace(/\s+/g, '-')
  return CODE.test(code) ? code : null
}

/** Apply a coupon to an amount in cents. */
export function applyCoupon(cents: number, coupon: Coupon): Applied {
  if (normaliseCode(coupon.code) === null) return { ok: false, reason: 'malformed' }
  if (coupon.kind === 'percent') return { ok: true, cents: discounted(cents, coupon.percent) }
  if (cents < (coupon.minimum ?? 0)) return { ok: false, reason: 'too-small' }
  return { ok: true, cents: Math.max(0, cents - coupon.cents) }
}
