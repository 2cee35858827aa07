import type { DroppedTest } from '@testwright/react'

const GATES: Readonly<Record<string, string>> = {
  reads: 'Does not read',
  asserts: 'Asserts nothing of the code',
  type_checks: 'Does not type-check',
  passes: 'Does not pass',
  is_stable: 'Not stable',
  can_fail: 'Cannot fail',
  earns_place: 'Adds nothing new',
  asked_for: 'Not asked for',
}

export function ThrownAway({ dropped }: { dropped: readonly DroppedTest[] }) {
  if (!dropped.length) return <p className="empty">No test of this file was thrown away.</p>
  return (
    <ul className="dropped">
      {dropped.map(({ name, gate, reason }) => (
        <li key={`${name}/${gate}`}>
          <p>
            <b className="mono">{name}</b>
            <span className="badge">{GATES[gate] ?? gate.replaceAll('_', ' ')}</span>
          </p>
          <p className="dim wrap">{reason}</p>
        </li>
      ))}
    </ul>
  )
}
