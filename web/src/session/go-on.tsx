import { type FileState, isStoppedByBudget } from '@testwright/react'
import { type FormEvent, useState } from 'react'
import { words } from '../words'

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
    <form className="actions" aria-label={words.goOn.title} onSubmit={submit}>
      <label>
        {words.goOn.limit}{' '}
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
        {words.goOn.start(stopped)}
      </button>
    </form>
  )
}
