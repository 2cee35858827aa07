// Files that the code is given the paths of. They are made anew for every call, in a folder of its own: what a call before
// has yet to write is none of this one's.
const FILES = `${process.env.TMPDIR ?? '/tmp'}/testwright-files-${process.pid}`
let laid = new Map()
const MOST_FOLDERS = 200
let folder = 0
const placeOf = (name) => `${FILES}/${folder}/${name}`

function fileWith({ v: name, text }) {
  const path = placeOf(name)
  fs.mkdirSync(`${FILES}/${folder}`, { recursive: true })
  if (text === null) fs.rmSync(path, { force: true })
  else fs.writeFileSync(path, text)
  laid.set(name, text)
  return path
}

// What became of the files that a call was given: those that it changed.
function changedFiles() {
  const found = []
  for (const [name, text] of laid) {
    const now = tryTo(() => fs.readFileSync(placeOf(name), 'utf8')) ?? null
    if (now !== text) found.push([name, now])
  }
  if (laid.size) folder = (folder + 1) % MOST_FOLDERS
  laid = new Map()
  return found
}
