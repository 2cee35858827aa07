// Who ends the process in the midst of a test fails it, as in runners that have a process for many suites. What it returns ends it.
exports.stay = () => {
  const exit = process.exit.bind(process)
  process.exit = (code) => {
    throw new Error(`process.exit was called with ${code}`)
  }
  return exit
}
