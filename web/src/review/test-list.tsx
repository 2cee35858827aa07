import type { Evidence } from '@testwright/react'
import { useState } from 'react'
import { words } from '../words'
import { DASH, duration } from '../words/figures'

interface TestListProps {
  evidence: Evidence
  running: boolean
  /** Verify the suite without these. */
  onWithout: (names: readonly string[]) => void
}

/** Each test with what was seen of it; what is unticked is left out once the rest has been verified without it. */
export function TestList({ evidence, running, onWithout }: TestListProps) {
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set())
  const tests = (evidence.verified && evidence.tests) || []
  if (!evidence.verified) return null
  const toggle = (name: string) => {
    const next = new Set(dropped)
    if (!next.delete(name)) next.add(name)
    setDropped(next)
  }
  return (
    <section className="test-list" aria-label={words.review.tests}>
      <table className="ledger">
        <caption>{words.review.tests}</caption>
        <thead>
          <tr>
            <th scope="col">{words.review.test}</th>
            <th scope="col" className="number">
              {words.review.notices}
            </th>
            <th scope="col" className="number">
              {words.review.runs}
            </th>
            <th scope="col" className="number">
              {words.review.time}
            </th>
          </tr>
        </thead>
        <tbody>
          {tests.map(
            ({ name, mutants, passedRuns, runs, durationMs, oracle, passedAlone, writer, mended }) => (
              <tr key={name} className={dropped.has(name) ? 'dropped-test' : undefined}>
                <td className="wrap">
                  <label className="tick">
                    <input type="checkbox" checked={!dropped.has(name)} onChange={() => toggle(name)} />
                    <span className="mono">{name}</span>
                  </label>
                  {oracle === 'observed' && <span className="badge">{words.review.observed}</span>}
                  {passedAlone === false && <span className="badge">{words.review.notAlone}</span>}
                  {evidence.writer === 'both' && writer && (
                    <span className="badge">{words.review.by(writer)}</span>
                  )}
                  {mended && <span className="badge">{words.review.mended(mended)}</span>}
                </td>
                <td className="number">{mutants ? `${mutants.killed}/${mutants.sampled}` : DASH}</td>
                <td className="number">
                  {passedRuns}/{runs}
                </td>
                <td className="number dim">
                  {durationMs < 1000
                    ? words.review.milliseconds(Math.round(durationMs))
                    : duration(durationMs)}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
      {dropped.size > 0 && (
        <div className="actions">
          <button
            type="button"
            className="button"
            disabled={running || dropped.size === tests.length}
            onClick={() => onWithout([...dropped])}
          >
            {words.review.without(dropped.size)}
          </button>
          <span className="dim">
            {dropped.size === tests.length ? words.review.rejectInstead : words.review.withoutHint}
          </span>
        </div>
      )}
    </section>
  )
}
