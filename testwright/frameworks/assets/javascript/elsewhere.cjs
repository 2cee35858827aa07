// Another day, and a machine that speaks another language: what is written down of either would fail there.
const { stopClock } = require('./clock.cjs')

const LANGUAGE = 'de-DE'
const SAY = {
  Number: ['toLocaleString'],
  BigInt: ['toLocaleString'],
  Date: ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
}
const CLASSES = ['NumberFormat', 'DateTimeFormat', 'PluralRules', 'RelativeTimeFormat', 'ListFormat', 'DurationFormat']

// Returns what brings everything back.
exports.goElsewhere = (global, clock) => {
  const bringBack = [stopClock(global, clock), speakOtherwise(global)]
  return () => {
    for (const each of bringBack) each()
  }
}

// Node asks for the language once, when it starts; so those answer that nobody has told one.
function speakOtherwise(global) {
  const changed = []
  const change = (owner, name, handler) => {
    const real = owner[name]
    if (typeof real !== 'function') return
    const ours = new Proxy(real, handler)
    owner[name] = ours
    changed.push(() => {
      if (owner[name] === ours) owner[name] = real
    })
  }
  for (const [name, methods] of Object.entries(SAY))
    for (const method of methods) change(global[name].prototype, method, { apply: (real, self, given) => Reflect.apply(real, self, told(given)) })
  const construct = (real, given, made) => Reflect.construct(real, told(given), made)
  for (const name of CLASSES) change(global.Intl, name, { construct, apply: (real, self, given) => Reflect.apply(real, self, told(given)) })
  return () => {
    for (const each of changed) each()
  }
}

function told([language, ...rest]) {
  const isOpen = language === undefined || language === 'default' || (Array.isArray(language) && !language.length)
  return [isOpen ? LANGUAGE : language, ...rest]
}
