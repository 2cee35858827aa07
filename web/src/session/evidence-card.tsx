import type { EdgeCase, Evidence, External, GeneratedTest, VerifiedEvidence } from '@testwright/react'
import { Hint } from '../ui/problem'
import { words } from '../words'
import { change, DASH, duration, moment, money, number } from '../words/figures'
import { TestTable } from './test-table'

export function EvidenceCard({ test }: { test: GeneratedTest }) {
  const { evidence } = test
  return (
    <EvidenceFacts evidence={evidence}>
      {evidence.verified && evidence.tests?.length ? <TestTable evidence={evidence} /> : null}
    </EvidenceFacts>
  )
}

/** What was seen of a suite as a whole. */
export function EvidenceFacts({ evidence, children }: { evidence: Evidence; children?: React.ReactNode }) {
  if (!evidence.verified) return <NotVerified evidence={evidence} />
  return (
    <div className="evidence">
      <p className="verdict">
        {words.evidence.passed(evidence.testCount, evidence.passedRuns, evidence.runs)}
      </p>
      <dl>
        <Facts evidence={evidence} />
        <Conventions evidence={evidence} />
        <Effort evidence={evidence} />
        <Fact name={words.evidence.time}>{duration(evidence.durationMs)}</Fact>
      </dl>
      <Missing evidence={evidence} />
      <SkippedUnits evidence={evidence} />
      {children}
      <EdgeCases edgeCases={evidence.edgeCases ?? []} />
    </div>
  )
}

function Facts({ evidence }: { evidence: VerifiedEvidence }) {
  const { coverage, mutants } = evidence
  const said = words.evidence
  return (
    <>
      <Fact name={said.runner}>
        {evidence.runner} {evidence.runnerVersion}
        {evidence.runnerFrom === 'testwright' && said.brought}
      </Fact>
      {evidence.runWith && (
        <Fact name={said.runWith}>
          <code>{evidence.runWith}</code>
        </Fact>
      )}
      <Fact name={said.sandbox}>{evidence.sandbox === 'none' ? said.unsandboxed : evidence.sandbox}</Fact>
      {evidence.external && <Fact name={said.outside}>{outside(evidence.external)}</Fact>}
      <Fact name={said.lines}>{change(coverage.before?.lines, coverage.after?.lines)} %</Fact>
      <Fact name={said.branches}>
        {coverage.before?.branches == null && coverage.after?.branches == null
          ? said.noBranches
          : `${change(coverage.before?.branches, coverage.after?.branches)} %`}
      </Fact>
      <Fact name={said.noticed}>
        {mutants ? said.of(mutants.killed, mutants.sampled) : (evidence.mutantsProblem ?? DASH)}
      </Fact>
      {evidence.edgeCases && (
        <Fact name={said.edgeCases}>
          {said.of(
            evidence.edgeCases.filter(({ coveredBy }) => coveredBy.length > 0).length,
            evidence.edgeCases.length,
          )}
        </Fact>
      )}
      {evidence.suspects ? <Fact name={said.bugs}>{said.keptApart(evidence.suspects)}</Fact> : null}
    </>
  )
}

/** What the project's own tools and suites came to. */
function Conventions({ evidence }: { evidence: VerifiedEvidence }) {
  const {
    typeChecked,
    typeCheckProblem,
    formattedWith,
    formatProblem,
    addedTo,
    notAddedBecause,
    ownFailures,
    ranWithout,
  } = evidence
  const said = words.evidence
  return (
    <>
      {(typeChecked || typeCheckProblem) && (
        <Fact name={said.types}>
          {typeChecked
            ? said.checkedWith(typeChecked.by, typeChecked.version)
            : said.notVouched(typeCheckProblem ?? '')}
        </Fact>
      )}
      {(formattedWith || formatProblem) && (
        <Fact name={said.layout}>
          {formattedWith ? said.projects(formattedWith) : said.ourLayout(formatProblem ?? '')}
        </Fact>
      )}
      {(addedTo || notAddedBecause) && (
        <Fact name={said.placed}>{addedTo ? said.inOwn : said.ofTheirOwn(notAddedBecause ?? '')}</Fact>
      )}
      {ranWithout && <Fact name={said.ranWithout}>{ranWithout.join(', ')}</Fact>}
      {ownFailures && (
        <Fact name={said.leftAlone}>
          {said.failedBefore(
            ownFailures.length,
            ownFailures.map(({ name, path }) => name ?? path).join(', '),
          )}
        </Fact>
      )}
    </>
  )
}

function EdgeCases({ edgeCases }: { edgeCases: readonly EdgeCase[] }) {
  if (edgeCases.length === 0) return null
  return (
    <table className="ledger">
      <caption>{words.evidence.edgeCases}</caption>
      <thead>
        <tr>
          <th scope="col">{words.evidence.edgeOf}</th>
          <th scope="col">{words.evidence.edge}</th>
          <th scope="col">{words.evidence.coveredBy}</th>
        </tr>
      </thead>
      <tbody>
        {edgeCases.map(({ symbol, name, coveredBy }) => (
          <tr key={`${symbol} ${name}`}>
            <td className="mono">{symbol}</td>
            <td className="wrap">{name}</td>
            <td className={coveredBy.length > 0 ? 'wrap mono' : 'dim'}>
              {coveredBy.join(', ') || words.evidence.notCovered}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function outside({ mocked, network, clockFrozenAt, timeZone }: External): string {
  const { replaced, forReal, clockStopped, clockRan } = words.evidence
  const clock = clockFrozenAt ? clockStopped(moment(clockFrozenAt), timeZone ?? '') : clockRan
  return `${(mocked ? replaced : forReal)(network)}, ${clock}`
}

function NotVerified({ evidence }: { evidence: Extract<Evidence, { verified: false }> }) {
  return (
    <div className="evidence">
      <p className="verdict">
        <b>{words.evidence.notVerified}</b> {evidence.reason}
      </p>
      {evidence.hint && <Hint>{evidence.hint}</Hint>}
      <Missing evidence={evidence} />
      <SkippedUnits evidence={evidence} />
      <p className="dim">{words.evidence.nothingSaid}</p>
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
  const said = words.evidence
  const who = writer === 'person' ? said.you : writer
  return (
    <>
      <Fact name={said.writer}>{model ? `${who}, ${model}` : (who ?? DASH)}</Fact>
      <Fact name={said.attempts}>{attempts ?? DASH}</Fact>
      <Fact name={said.tokens}>{tokens ? `${number(tokens)}, ${money(costUsd)}` : said.noTokens}</Fact>
      <Told evidence={evidence} />
    </>
  )
}

/** What the model was not told, and what of it could not be used. */
function Told({ evidence }: { evidence: Evidence }) {
  const { redacted = [], contextLeftOut = [], modelProblem } = evidence
  const said = words.evidence
  return (
    <>
      {redacted.length > 0 && (
        <Fact name={said.masked}>
          {redacted.map(({ kind, count: times }) => `${kind} × ${times}`).join(', ')}
        </Fact>
      )}
      {contextLeftOut.length > 0 && <Fact name={said.noRoom}>{contextLeftOut.join(', ')}</Fact>}
      {modelProblem && <Fact name={said.model}>{modelProblem}</Fact>}
    </>
  )
}

/** What is missing here: the only thing on this card that somebody can do something about. */
function Missing({ evidence }: { evidence: Evidence }) {
  return (evidence.environment ?? []).map(({ kind, message, hint, tests }) => (
    <div key={kind + message}>
      <p>
        <b>{words.evidence.needsYou}</b> {message} {words.evidence.couldNotPass(tests.length)}
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
      <caption>{words.evidence.skipped}</caption>
      <thead>
        <tr>
          <th scope="col">{words.evidence.what}</th>
          <th scope="col">{words.evidence.because}</th>
        </tr>
      </thead>
      <tbody>
        {skipped.map(({ symbol, because }) => (
          <tr key={`${symbol} ${because}`}>
            <td className="mono">{symbol || words.evidence.theFile}</td>
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
