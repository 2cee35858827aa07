'use strict'

const ZONES = {
  home: ['DE'],
  near: ['AT', 'BE', 'CH', 'CZ', 'DK', 'FR', 'LU', 'NL', 'PL'],
  europe: ['ES', 'FI', 'GR', 'IE', 'IT', 'NO', 'PT', 'SE'],
}

/** The shipping zone of a two-letter country code. */
function zoneOf(country) {
  if (typeof country !== 'string' || !/^[A-Za-z]{2}$/.test(country)) {
    throw new TypeError('country must be a two-letter code')
  }
  const code = country.toUpperCase()
  for (const [zone, countries] of Object.entries(ZONES)) {
    if (countries.includes(code)) return zone
  }
  return 'world'
}

/** Whether a parcel to this country needs a customs form. */
function needsCustoms(country) {
  const zone = zoneOf(country)
  return zone === 'world' || ['CH', 'NO'].includes(country.toUpperCase())
}

module.exports = { ZONES, zoneOf, needsCustoms }
