// The world around the code: calls find it as a test would, and what they change in it is put back.
const NATIVES = [String, Array, Object, Number, Boolean, Function, Date, RegExp, Promise, Map, Set].map((each) => each.prototype)
const HOUSES = [...NATIVES, Object, Array, JSON, Math, Number, Promise, Reflect, Date]
// How they were once the code was loaded. Chance is ours to play with.
let furnished = []
let stock = []

function lookAround() {
  furnished = HOUSES.map((house) => Object.entries(Object.getOwnPropertyDescriptors(house)).filter(([name, { value }]) => value !== undefined && !(house === Math && name === 'random')))
  stock = HOUSES.map((house) => new Set(Reflect.ownKeys(house)))
}

// Whether the language's own objects were changed: a test that leaves that behind spoils the others.
function tidy() {
  let changed = false
  for (let at = 0; at < HOUSES.length; at++) {
    const house = HOUSES[at]
    for (const [name, found] of furnished[at])
      if (!Object.is(house[name], found.value)) {
        changed = true
        tryTo(() => Object.defineProperty(house, name, found))
      }
    const keys = Reflect.ownKeys(house)
    if (keys.length === stock[at].size) continue
    changed = true
    for (const key of keys) if (!stock[at].has(key)) tryTo(() => delete house[key])
  }
  return changed
}

function tryTo(work) {
  try {
    return work()
  } catch {
    return undefined
  }
}

// What would end the process is heard instead. Whoever asked for it must not go on, and may catch what stops him.
let leaving = ''

function keepTheProcess() {
  const own = process.pid
  const { kill } = process
  const leave = (how) => () => {
    leaving = how
    throw new Error(`${how} was called`)
  }
  process.exit = leave('process.exit')
  process.reallyExit = leave('process.reallyExit')
  process.abort = leave('process.abort')
  process.kill = (pid, signal) => (pid === own && signal !== 0 ? leave('process.kill')() : kill.call(process, pid, signal))
  // Runners end the run at such an error; here it is one call's affair.
  const runners = STRAY.map((event) => [event, process.listeners(event)])
  for (const event of STRAY) {
    process.removeAllListeners(event)
    process.on(event, () => strays++)
  }
  return () => {
    for (const [event, listeners] of runners) {
      process.removeAllListeners(event)
      for (const listener of listeners) process.on(event, listener)
    }
  }
}

const STRAY = ['uncaughtException', 'unhandledRejection']

// Errors that nobody catches come after the call, by files and sockets: a runner holds them against some test.
let strays = 0

async function strayErrors() {
  for (let turn = 0; turn < 5; turn++) {
    const isWaiting = process.getActiveResourcesInfo?.().some((kind) => /^(FSReq|FSEvent|TCP|Pipe|GetAddrInfo)/.test(kind))
    await new Promise((resolve) => realSetTimeout(resolve, isWaiting ? 10 : 0))
    if (!isWaiting) break
  }
  return strays
}
