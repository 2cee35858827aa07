import { memo, useMemo } from 'react'
import { linesOf } from './highlight'

export const Code = memo(function Code({ code, path }: { code: string; path: string }) {
  const lines = useMemo(() => linesOf(code, path), [code, path])
  return (
    // Scrolls sideways, so the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="code" tabIndex={0} aria-label={path}>
      <pre>
        {lines.map((tokens, line) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line's number is what it is.
          <code key={line} className="line" data-line={line + 1}>
            {tokens.map(({ text, kind }, at) =>
              kind === 'plain' ? (
                text
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a fixed text never move.
                <span key={at} className={kind}>
                  {text}
                </span>
              ),
            )}
            {'\n'}
          </code>
        ))}
      </pre>
    </section>
  )
})
