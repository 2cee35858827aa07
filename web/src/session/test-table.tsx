import type { TestEvidence, VerifiedEvidence } from '@testwright/react'
import { words } from '../words'
import { DASH, shortDuration } from '../words/figures'

interface TestTableProps {
  evidence: VerifiedEvidence
  /** Where tests can be left out: which ones are, and what a tick does. */
  choice?: { leftOut: ReadonlySet<string>; toggle: (name: string) => void }
}

/** Each test with what was seen of it. */
export function TestTable({ evidence, choice }: TestTableProps) {
  const said = words.review
  return (
    <table className="ledger">
      <caption>{said.tests}</caption>
      <thead>
        <tr>
          <th scope="col">{said.test}</th>
          <th scope="col" className="number">
            {said.notices}
          </th>
          <th scope="col" className="number">
            {said.runs}
          </th>
          <th scope="col" className="number">
            {said.time}
          </th>
        </tr>
      </thead>
      <tbody>
        {evidence.tests?.map(test => {
          const { name, mutants, passedRuns, runs, durationMs } = test
          const isLeftOut = choice?.leftOut.has(name)
          return (
            <tr key={name} className={isLeftOut ? 'dropped-test' : undefined}>
              <td className="wrap">
                {choice ? (
                  <label className="tick">
                    <input type="checkbox" checked={!isLeftOut} onChange={() => choice.toggle(name)} />
                    <span className="mono">{name}</span>
                  </label>
                ) : (
                  <span className="mono">{name}</span>
                )}
                <Badges test={test} isOfBoth={evidence.writer === 'both'} />
              </td>
              <td className="number">{mutants ? `${mutants.killed}/${mutants.sampled}` : DASH}</td>
              <td className="number">
                {passedRuns}/{runs}
              </td>
              <td className="number dim">{shortDuration(durationMs)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Badges({ test, isOfBoth }: { test: TestEvidence; isOfBoth: boolean }) {
  const { oracle, passedAlone, writer, mended } = test
  const said = words.review
  const told = [
    oracle === 'observed' && said.observed,
    passedAlone === false && said.notAlone,
    isOfBoth && writer && said.by(writer),
    mended && said.mended(mended),
  ]
  return told.map(
    text =>
      text && (
        <span key={text} className="badge">
          {text}
        </span>
      ),
  )
}
