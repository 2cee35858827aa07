// Stops the clock: `new Date()` and `Date.now()` say the same moment for ever. `performance.now` and timers stay real, because
// runners wait by them. The class stays the one and only, so that fake timers and `instanceof` work on top of it. Returns what
// lets it go on.
exports.stopClock = (global, moment) => {
  const real = global.Date
  const realNow = real.now
  const stoppedNow = () => moment
  const stopped = new Proxy(real, {
    construct: (_, given, made) => Reflect.construct(real, given.length ? given : [moment], made),
    apply: () => new real(moment).toString(),
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
