'use strict'

/** Parcels that wait for the courier, oldest first, with room for so many. */
class Shelf {
  constructor(room = 10) {
    if (!Number.isInteger(room) || room < 1) throw new RangeError('a shelf needs room for at least one')
    this.room = room
    this.parcels = []
  }

  get free() {
    return this.room - this.parcels.length
  }

  put(id) {
    if (this.parcels.includes(id)) return false
    if (this.free === 0) throw new Error('the shelf is full')
    this.parcels.push(id)
    return true
  }

  take(id) {
    if (id === undefined) return this.parcels.shift() ?? null
    const at = this.parcels.indexOf(id)
    return at === -1 ? null : this.parcels.splice(at, 1)[0]
  }
}

module.exports = { Shelf }
