// Files that the code is given the paths of, in a folder of their own. They are made anew for every call.
const FILES = `${process.env.TMPDIR ?? '/tmp'}/testwright-files-${process.pid}`
let laid = new Map()

function fileWith({ v: name, text }) {
  const path = `${FILES}/${name}`
  fs.mkdirSync(FILES, { recursive: true })
  if (text === null) fs.rmSync(path, { force: true })
  else fs.writeFileSync(path, text)
  laid.set(name, text)
  return path
}

// What became of the files that a call was given: those that it changed.
function changedFiles() {
  const found = []
  for (const [name, text] of laid) {
    const now = tryTo(() => fs.readFileSync(`${FILES}/${name}`, 'utf8')) ?? null
    if (now !== text) found.push([name, now])
  }
  laid = new Map()
  return found
}
