import type { Mutant } from '../api/types'
import { words } from '../words'

const MOST_AROUND = 24

type Change = Pick<Mutant, 'line' | 'column' | 'before' | 'after'>

/** What was changed, with what stands around it: the same text may stand in a line twice. */
export function ChangedLine({ change, code }: { change: Change; code: string | undefined }) {
  const [left, right] = aroundOf(change, code)
  return (
    <code className="changed">
      <span className="around">{left}</span>
      <del>{change.before}</del> → <ins>{change.after || words.source.nothing}</ins>
      <span className="around">{right}</span>
    </code>
  )
}

/** The text of its line on either side, cut short; none where nobody knows, behind a change of several lines neither. */
export function aroundOf({ line, column, before }: Change, code: string | undefined): [string, string] {
  const text = code?.split(/\r?\n/)[line - 1]
  if (!column || text === undefined) return ['', '']
  // Counted in characters, as the service does, and not in halves of them.
  const characters = Array.from(text)
  const left = characters
    .slice(0, column - 1)
    .join('')
    .trimStart()
  const rest = characters.slice(column - 1).join('')
  const right = rest.startsWith(before) ? rest.slice(before.length).trimEnd() : ''
  return [
    left.length > MOST_AROUND ? `…${left.slice(-MOST_AROUND)}` : left,
    right.length > MOST_AROUND ? `${right.slice(0, MOST_AROUND)}…` : right,
  ]
}
