import { Fragment, memo, type ReactNode, useMemo } from 'react'
import { linesOf } from './highlight'

interface CodeProps {
  code: string
  path: string
  /** What a screen reader calls it, where the path names something else on the screen already. */
  label?: string
  /** A class for a line; what it means is said elsewhere in words, too. */
  marks?: ReadonlyMap<number, string>
  /** What stands below a line. */
  notes?: ReadonlyMap<number, ReactNode>
  /** Which lines are shown; null or absent for all. A note of line 0 stands above the first. */
  shown?: ReadonlySet<number> | null
}

export const Code = memo(function Code({ code, path, label, marks, notes, shown }: CodeProps) {
  const lines = useMemo(() => linesOf(code, path), [code, path])
  return (
    // Scrolls sideways, so the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="code" tabIndex={0} aria-label={label ?? path}>
      <pre>
        {notes?.get(0)}
        {lines.map((tokens, at) => {
          const line = at + 1
          if (shown && !shown.has(line)) return null
          return (
            <Fragment key={line}>
              <code className={`line ${marks?.get(line) ?? ''}`} data-line={line}>
                {tokens.map(({ text, kind }, place) =>
                  kind === 'plain' ? (
                    text
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a fixed text never move.
                    <span key={place} className={kind}>
                      {text}
                    </span>
                  ),
                )}
                {'\n'}
              </code>
              {notes?.get(line)}
            </Fragment>
          )
        })}
      </pre>
    </section>
  )
})
