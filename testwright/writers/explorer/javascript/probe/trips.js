// What one export gives, handed to another that takes one thing: seams of the module.
async function trips(piles) {
  const found = []
  const simple = [...piles].filter(([target]) => target.kind === 'function')
  for (const [giver, pile] of simple) {
    const given = chosen(pile).filter(({ seen }) => seen.outcome.kind === 'value' && !seen.outcome.isAsync && !seen.asked.length).slice(0, 3)
    for (const [taker] of simple) {
      if (taker === giver || taker.params.filter((parameter) => !parameter.optional).length !== 1) continue
      for (const { job, seen } of given) {
        const value = seen.outcome.tree
        if (value === null || ['undefined', 'function', 'cut', 'iterator', 'promise'].includes(value?.$)) continue
        const next = { target: taker, args: [value], steps: [] }
        const reached = await observe(next)
        if (reached.outcome.kind !== 'value' || reached.outcome.isAsync || !(await isStable(next, reached))) continue
        found.push({ target: taker.id, args: [value], steps: [], from: { target: giver.id, args: job.args }, answer: null, ...reached })
        break
      }
    }
  }
  return found.slice(0, 8)
}
