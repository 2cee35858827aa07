import type { Evidence } from '@testwright/react'
import { useState } from 'react'
import { TestTable } from '../session/test-table'
import { words } from '../words'

interface TestListProps {
  evidence: Evidence
  running: boolean
  /** Verify the suite without these. */
  onWithout: (names: readonly string[]) => void
}

/** Each test with what was seen of it; what is unticked is left out once the rest has been verified without it. */
export function TestList({ evidence, running, onWithout }: TestListProps) {
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set())
  if (!evidence.verified) return null
  const tests = evidence.tests ?? []
  const toggle = (name: string) => {
    const next = new Set(dropped)
    if (!next.delete(name)) next.add(name)
    setDropped(next)
  }
  return (
    <section className="test-list" aria-label={words.review.tests}>
      <TestTable evidence={evidence} choice={{ leftOut: dropped, toggle }} />
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
