// Stops the clock: `new Date()` and `Date.now()` say the same moment for ever, or with a "+" behind the moment one that is a
// millisecond later each time. `performance.now` and timers stay real, because runners wait by them. The class stays the one and
// only, so that fake timers and `instanceof` work on top of it. Returns what lets it go on.
exports.stopClock = (global, told) => {
  const real = global.Date
  const realNow = real.now
  const step = String(told).endsWith('+') ? 1 : 0
  let moment = Number.parseInt(told, 10) - step
  const stoppedNow = () => {
    moment += step
    return moment
  }
  const stopped = new Proxy(real, {
    construct: (_, given, made) => Reflect.construct(real, given.length ? given : [stoppedNow()], made),
    apply: () => new real(stoppedNow()).toString(),
    // What a test puts in the place of `now` is not ours to hide.
    get: (_, name, receiver) => (name === 'now' && real.now === realNow ? stoppedNow : Reflect.get(real, name, receiver)),
  })
  real.prototype.constructor = stopped
  global.Date = stopped
  return () => {
    real.prototype.constructor = real
    if (global.Date === stopped) global.Date = real
  }
}
