import type { EdgeCase, Evidence, External, GeneratedTest, VerifiedEvidence } from '@testwright/react'
import { Hint } from '../ui/problem'
import { change, count, DASH, duration, money } from '../words/figures'

export function EvidenceCard({ test }: { test: GeneratedTest }) {
  const { evidence } = test
  return evidence.verified ? <Verified evidence={evidence} /> : <NotVerified evidence={evidence} />
}

function Verified({ evidence }: { evidence: VerifiedEvidence }) {
  const { coverage, mutants, tests = [] } = evidence
  return (
    <div className="evidence">
      <p className="verdict">
        <b>{count(evidence.testCount, 'test')}</b> passed{' '}
        <b>
          {evidence.passedRuns} of {evidence.runs}
        </b>{' '}
        runs.
      </p>
      <dl>
        <Fact name="Runner">
          {evidence.runner} {evidence.runnerVersion}
          {evidence.runnerFrom === 'testwright' && ', brought by Testwright: the project has none installed'}
        </Fact>
        {evidence.runWith && (
          <Fact name="Run it with">
            <code>{evidence.runWith}</code>
          </Fact>
        )}
        <Fact name="Sandbox">
          {evidence.sandbox === 'none' ? 'None: ran unsandboxed, by explicit wish' : evidence.sandbox}
        </Fact>
        {evidence.external && <Fact name="What lies outside">{outside(evidence.external)}</Fact>}
        <Fact name="Lines covered">{change(coverage.before?.lines, coverage.after?.lines)} %</Fact>
        <Fact name="Branches covered">
          {coverage.before?.branches == null && coverage.after?.branches == null
            ? 'None to cover'
            : `${change(coverage.before?.branches, coverage.after?.branches)} %`}
        </Fact>
        <Fact name="Changes noticed">
          {mutants ? `${mutants.killed} of ${mutants.sampled}` : (evidence.mutantsProblem ?? DASH)}
        </Fact>
        {(evidence.typeChecked || evidence.typeCheckProblem) && (
          <Fact name="Types">
            {evidence.typeChecked
              ? `Checked with the project’s ${evidence.typeChecked.by} ${evidence.typeChecked.version}`
              : `Not vouched for: ${evidence.typeCheckProblem}`}
          </Fact>
        )}
        {(evidence.formattedWith || evidence.formatProblem) && (
          <Fact name="Layout">
            {evidence.formattedWith
              ? `The project’s ${evidence.formattedWith}`
              : `Testwright’s own: ${evidence.formatProblem}`}
          </Fact>
        )}
        {(evidence.addedTo || evidence.notAddedBecause) && (
          <Fact name="Placed">
            {evidence.addedTo
              ? 'In the project’s own suite; all that was there is kept'
              : `In a file of their own: ${evidence.notAddedBecause}`}
          </Fact>
        )}
        {evidence.ownFailures && (
          <Fact name="Left alone">
            {count(evidence.ownFailures.length, 'test')} of the project’s own that failed before:{' '}
            {evidence.ownFailures.map(({ name, path }) => name ?? path).join(', ')}
          </Fact>
        )}
        {evidence.edgeCases && (
          <Fact name="Edge cases">
            {evidence.edgeCases.filter(({ coveredBy }) => coveredBy.length > 0).length} of{' '}
            {evidence.edgeCases.length}
          </Fact>
        )}
        {evidence.suspects ? (
          <Fact name="Possible bugs">{evidence.suspects}, kept apart from these tests</Fact>
        ) : null}
        <Effort evidence={evidence} />
        <Fact name="Time">{duration(evidence.durationMs)}</Fact>
      </dl>
      <Missing evidence={evidence} />
      <SkippedUnits evidence={evidence} />
      {tests.length > 0 && (
        <table className="ledger">
          <caption>Each test</caption>
          <thead>
            <tr>
              <th scope="col">Test</th>
              <th scope="col" className="number">
                Notices
              </th>
              <th scope="col" className="number">
                Runs
              </th>
              <th scope="col" className="number">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {tests.map(({ name, passedRuns, runs, durationMs, mutants: faced, mended, writer }) => (
              <tr key={name}>
                <td className="wrap mono">
                  {name}
                  {evidence.writer === 'both' && writer && <span className="dim"> by the {writer}</span>}
                  {mended && <span className="dim"> mended: {mended}</span>}
                </td>
                <td className="number">{faced ? `${faced.killed}/${faced.sampled}` : DASH}</td>
                <td className="number">
                  {passedRuns}/{runs}
                </td>
                <td className="number dim">
                  {durationMs < 1000 ? `${Math.round(durationMs)} ms` : duration(durationMs)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <EdgeCases edgeCases={evidence.edgeCases ?? []} />
    </div>
  )
}

function EdgeCases({ edgeCases }: { edgeCases: readonly EdgeCase[] }) {
  if (edgeCases.length === 0) return null
  return (
    <table className="ledger">
      <caption>Edge cases</caption>
      <thead>
        <tr>
          <th scope="col">Of</th>
          <th scope="col">Case</th>
          <th scope="col">Covered by</th>
        </tr>
      </thead>
      <tbody>
        {edgeCases.map(({ symbol, name, coveredBy }) => (
          <tr key={`${symbol} ${name}`}>
            <td className="mono">{symbol}</td>
            <td className="wrap">{name}</td>
            <td className={coveredBy.length > 0 ? 'wrap mono' : 'dim'}>
              {coveredBy.join(', ') || 'not covered'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function outside({ mocked, network, clockFrozenAt, timeZone }: External): string {
  const met = mocked ? 'Replaced in the tests' : 'Used for real in the sandbox'
  const clock = clockFrozenAt
    ? `one run with the clock stopped at ${clockFrozenAt} in ${timeZone}`
    : 'the clock ran on'
  return `${met}; network ${network}, ${clock}`
}

function NotVerified({ evidence }: { evidence: Extract<Evidence, { verified: false }> }) {
  return (
    <div className="evidence">
      <p className="verdict">
        <b>Not verified:</b> {evidence.reason}
      </p>
      {evidence.hint && <Hint>{evidence.hint}</Hint>}
      <Missing evidence={evidence} />
      <SkippedUnits evidence={evidence} />
      <p className="dim">Nobody has run this suite, so nothing else is said about it.</p>
      {evidence.writer && (
        <dl>
          <Effort evidence={evidence} />
        </dl>
      )}
    </div>
  )
}

function Effort({ evidence }: { evidence: Evidence }) {
  const { writer, model, attempts, tokens, costUsd } = evidence
  return (
    <>
      <Fact name="Writer">{model ? `${writer}, ${model}` : (writer ?? DASH)}</Fact>
      <Fact name="Attempts">{attempts ?? DASH}</Fact>
      <Fact name="Tokens">{tokens ? `${tokens.toLocaleString('en')}, ${money(costUsd)}` : 'None used'}</Fact>
      <Told evidence={evidence} />
    </>
  )
}

/** What the model was not told, and what of it could not be used. */
function Told({ evidence }: { evidence: Evidence }) {
  const { redacted = [], contextLeftOut = [], modelProblem } = evidence
  return (
    <>
      {redacted.length > 0 && (
        <Fact name="Masked">{redacted.map(({ kind, count: times }) => `${kind} × ${times}`).join(', ')}</Fact>
      )}
      {contextLeftOut.length > 0 && <Fact name="No room for">{contextLeftOut.join(', ')}</Fact>}
      {modelProblem && <Fact name="Model">{modelProblem}</Fact>}
    </>
  )
}

/** What is missing here: the only thing on this card that somebody can do something about. */
function Missing({ evidence }: { evidence: Evidence }) {
  return (evidence.environment ?? []).map(({ kind, message, hint, tests }) => (
    <div key={kind + message}>
      <p>
        <b>Needs you:</b> {message} {count(tests.length, 'test')} could not pass.
      </p>
      <Hint>{hint}</Hint>
    </div>
  ))
}

/** What running the code showed to be out of reach, and why. */
function SkippedUnits({ evidence: { skipped = [] } }: { evidence: Evidence }) {
  if (skipped.length === 0) return null
  return (
    <table className="ledger">
      <caption>Skipped</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Because</th>
        </tr>
      </thead>
      <tbody>
        {skipped.map(({ symbol, because }) => (
          <tr key={`${symbol} ${because}`}>
            <td className="mono">{symbol || 'the file'}</td>
            <td className="wrap">{because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
