import { type FileState, isStoppedByBudget } from '@testwright/react'
import { type FormEvent, useState } from 'react'
import { count } from '../words/figures'

interface GoOnProps {
  files: readonly FileState[]
  /** The new limit is the whole session's, what was spent included. */
  onGoOn: (maxCostUsd: number) => void
}

/** Where a limit on the cost stopped files: a new limit, and on it goes. */
export function GoOn({ files, onGoOn }: GoOnProps) {
  const [limit, setLimit] = useState('')
  const stopped = files.filter(isStoppedByBudget).length
  const dollars = Number(limit)
  if (!stopped) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (dollars > 0) onGoOn(dollars)
  }
  return (
    <form className="actions" aria-label="Go on past the limit" onSubmit={submit}>
      <label>
        New limit for the session, in dollars{' '}
        <input
          type="number"
          min="0.01"
          step="any"
          required
          value={limit}
          onChange={event => setLimit(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={!(dollars > 0)}>
        Go on with {count(stopped, 'file')}
      </button>
    </form>
  )
}
