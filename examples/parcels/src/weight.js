'use strict'

const UNITS = { g: 1, kg: 1000, lb: 453.592, oz: 28.3495 }

/**
 * Read a weight such as "1.5 kg" and return grams.
 * @param {string|number} text a number is taken as grams
 * @example parseWeight('1.5 kg') // 1500
 */
function parseWeight(text) {
  if (typeof text === 'number') {
    if (!(text > 0)) throw new RangeError('a weight must be positive')
    return Math.round(text)
  }
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(g|kg|lb|oz)?\s*$/i.exec(text)
  if (!match) throw new SyntaxError(`not a weight: ${text}`)
  const amount = Number(match[1].replace(',', '.'))
  const unit = (match[2] || 'g').toLowerCase()
  return Math.round(amount * UNITS[unit])
}

/** Volumetric weight in grams of a box given in centimetres (length × width × height / 5000 kg). */
function volumetricWeight(length, width, height) {
  const sides = [length, width, height]
  if (sides.some((side) => !(side > 0))) throw new RangeError('every side must be positive')
  return Math.ceil((length * width * height) / 5)
}

/** What the carrier charges for: the larger of real and volumetric weight. */
function chargeableWeight(grams, box) {
  return box ? Math.max(grams, volumetricWeight(...box)) : grams
}

module.exports = { parseWeight, volumetricWeight, chargeableWeight }
