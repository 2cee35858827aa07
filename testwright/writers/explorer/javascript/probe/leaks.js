// What calls open and leave open, such as streams on files: thousands of calls would use up what a process may hold.
const opened = new Set()
let isMakingSure = false
const LONGEST_CLOSING_MS = 50

function watchOpening() {
  const real = new Map(['createReadStream', 'createWriteStream', 'watch'].map((name) => [name, fs[name]]))
  for (const [name, open] of real)
    fs[name] = (...args) => {
      const stream = open(...args)
      opened.add(stream)
      stream.once('close', () => opened.delete(stream))
      return stream
    }
  tellImporters()
  return () => {
    for (const [name, open] of real) fs[name] = open
    tellImporters()
  }
}

const endings = new Map()

function endingOf({ target, args, steps }) {
  return JSON.stringify([target.id, args, steps.filter(isEmitting)])
}

// What a thing was made of decides mostly whether what it opened comes to a good end, so that is waited for once; and for
// each call that is made sure of.
async function endsWell(job) {
  const key = endingOf(job)
  let isWell = endings.get(key) ?? true
  if (isMakingSure || (job.steps.every(isEmitting) && !endings.has(key))) {
    const before = strays
    isWell = (await strayErrors()) === before && isWell
    if (!isMakingSure) endings.set(key, isWell)
    if (!isWell) passOver(job, 'causes an error afterwards that nobody catches')
  }
  await closeWhatIsOpen()
  return isWell
}

// Nobody listens any more: what is closed under the code's hands says nothing about it.
async function closeWhatIsOpen() {
  if (!opened.size) return
  const closing = [...opened].map((stream) => {
    for (const event of ['error', 'data', 'end', 'drain', 'ready', 'open', 'finish']) stream.removeAllListeners(event)
    stream.on('error', () => {})
    return new Promise((resolve) => {
      stream.once('close', resolve)
      tryTo(() => (stream.destroy ? stream.destroy() : stream.close()))
    })
  })
  await Promise.race([Promise.all(closing), new Promise((resolve) => realSetTimeout(resolve, LONGEST_CLOSING_MS))])
  opened.clear()
}
