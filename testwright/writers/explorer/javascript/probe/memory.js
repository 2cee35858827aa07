// The most megabytes that this process ever held: a search has to leave room for the others on the machine.
function mostMemory() {
  try {
    // What the system tells of a process counts the one that started it as well; its own page does not.
    return Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) >> 10
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1024)
  }
}
