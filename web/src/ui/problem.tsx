import type { ReactNode } from 'react'

/** What went wrong and what to do next. A hint's `code` stands out, because it is there to be copied. */
export function Problem({
  error,
  children,
}: {
  error: { message: string; hint?: string | null }
  children?: ReactNode
}) {
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {error.hint && <Hint>{error.hint}</Hint>}
      {children && <div className="actions">{children}</div>}
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
