'use strict'

const { chargeableWeight, parseWeight } = require('./weight')
const { needsCustoms, zoneOf } = require('./zones')

const BASE = { home: 499, near: 899, europe: 1299, world: 2499 }
const PER_KILO = { home: 50, near: 120, europe: 180, world: 650 }
const HEAVIEST = 31500

/** Price a parcel in cents. Options: express (half as much again), insured (1 % of the value, at least 200). */
function quote(parcel, options = {}) {
  const grams = chargeableWeight(parseWeight(parcel.weight), parcel.box)
  if (grams > HEAVIEST) throw new RangeError('too heavy: ship as freight')
  const zone = zoneOf(parcel.country)
  let cents = BASE[zone] + Math.ceil(grams / 1000) * PER_KILO[zone]
  if (options.express) cents = Math.round(cents * 1.5)
  if (options.insured) cents += Math.max(200, Math.round((parcel.value || 0) * 0.01))
  if (needsCustoms(parcel.country)) cents += 350
  return { zone, grams, cents }
}

/** The cheapest of several carriers' offers; ties go to the faster one. */
function cheapest(offers) {
  if (offers.length === 0) return null
  return offers.reduce((best, offer) => {
    if (offer.cents < best.cents) return offer
    if (offer.cents === best.cents && offer.days < best.days) return offer
    return best
  })
}

module.exports = { quote, cheapest, HEAVIEST }
