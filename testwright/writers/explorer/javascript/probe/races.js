// Of two things that are under way at once either may come first. Whether a result hangs on that is seen when answers to
// what is read come late, and then those to what is written.
const LATE_MS = 15
const READING = ['read', 'readFile', 'readdir', 'stat', 'lstat', 'access']
const WRITING = ['write', 'writev', 'writeFile', 'appendFile', 'close', 'mkdir', 'rename', 'unlink']

async function winsNoRace(job, seen) {
  if (!isGivenFiles(job)) return true
  for (const names of [READING, WRITING]) {
    const letGo = late(names)
    try {
      if (signature(await observe(job)) !== signature(seen)) return false
    } finally {
      letGo()
    }
  }
  return true
}

const isGivenFiles = ({ args, steps }) => JSON.stringify([args, steps]).includes('"$":"file"')

function late(names) {
  const before = names.map((name) => [name, fs[name]])
  for (const [name, real] of before)
    fs[name] = function (...args) {
      const back = args.at(-1)
      if (typeof back !== 'function') return real.apply(this, args)
      return real.apply(this, [...args.slice(0, -1), (...answer) => realSetTimeout(() => back(...answer), LATE_MS)])
    }
  return () => {
    for (const [name, real] of before) fs[name] = real
  }
}
