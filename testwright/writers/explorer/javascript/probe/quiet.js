// The code is loaded and called thousands of times here: what it prints says nothing about it, and soon is more than a
// run may print. Only descriptors 1 and 2 fall silent, whichever way is taken to them.
const VOICES = new Set([1, 2])

function fallSilent() {
  const writes = new Map([process.stdout, process.stderr].map((stream) => [stream, stream.write]))
  const { writeSync } = fs
  for (const stream of writes.keys()) stream.write = unheard
  fs.writeSync = (to, what, ...rest) => (VOICES.has(to) ? Buffer.byteLength(what) : writeSync(to, what, ...rest))
  tellImporters()
  return () => {
    for (const [stream, write] of writes) stream.write = write
    fs.writeSync = writeSync
    tellImporters()
  }
}

// As a stream that took it all at once: who waits to be called back is.
function unheard(what, encoding, done) {
  const heard = typeof encoding === 'function' ? encoding : done
  if (typeof heard === 'function') process.nextTick(heard)
  return true
}

// What a module imported by name from node:fs follows only when told; before Node 20.16 it cannot be.
function tellImporters() {
  process.getBuiltinModule?.('node:module').syncBuiltinESMExports()
}
