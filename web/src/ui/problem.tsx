import { type ReactNode, useEffect, useState } from 'react'
import { words } from '../words'

const SILENT_MS = 200
const LONG_MS = 8_000

interface ProblemProps {
  error: { message: string; hint?: string | null }
  /** Where trying again may help. */
  onAgain?: () => void
  children?: ReactNode
}

/** What went wrong and what to do next. A hint's `code` stands out, because it is there to be copied. */
export function Problem({ error, onAgain, children }: ProblemProps) {
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {error.hint && <Hint>{error.hint}</Hint>}
      {(children || onAgain) && (
        <div className="actions">
          {children}
          {onAgain && (
            <button type="button" className="button" onClick={onAgain}>
              {words.app.tryAgain}
            </button>
          )}
        </div>
      )}
    </div>
  )
}

export function Hint({ children }: { children: string }) {
  return (
    <p className="hint">
      {children.split('`').map((part, at) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one fixed sentence never move.
        return at % 2 ? <code key={at}>{part}</code> : part
      })}
    </p>
  )
}

/** Nothing for a moment, then the shape of rows, and words once it takes long. */
export function Waiting() {
  const [stage, setStage] = useState(0)
  useEffect(() => {
    const timers = [setTimeout(() => setStage(1), SILENT_MS), setTimeout(() => setStage(2), LONG_MS)]
    return () => timers.forEach(clearTimeout)
  }, [])
  if (!stage) return null
  return (
    <div className="placeholder">
      {stage > 1 && <p role="status">{words.app.longer}</p>}
      {['w62', 'w40', 'w55', 'w48', 'w70', 'w35'].map(width => (
        <div key={width} className={width} aria-hidden="true" />
      ))}
    </div>
  )
}
