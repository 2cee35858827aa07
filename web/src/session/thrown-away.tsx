import type { DroppedTest } from '@testwright/react'
import { words } from '../words'

export function ThrownAway({ dropped }: { dropped: readonly DroppedTest[] }) {
  if (!dropped.length) return <p className="empty">{words.dropped.none}</p>
  return (
    <ul className="dropped">
      {dropped.map(({ name, gate, reason }) => (
        <li key={`${name}/${gate}`}>
          <p>
            <b className="mono">{name}</b>
            <span className="badge">{words.dropped.gates[gate] ?? gate.replaceAll('_', ' ')}</span>
          </p>
          <p className="dim wrap">{reason}</p>
        </li>
      ))}
    </ul>
  )
}
