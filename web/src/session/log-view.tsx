import { memo, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { words } from '../words'
import { clock } from '../words/figures'
import { inBlocks, type Line, type LineLog } from './log'

const NEAR_THE_END = 24

/** Follows at the bottom; stays where it is once somebody has scrolled up. */
export function LogView({ log }: { log: LineLog }) {
  const lines = useSyncExternalStore(log.subscribe, log.lines)
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end.
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines, following])
  return (
    <section className="log" aria-label={words.below.label}>
      <div
        ref={box}
        className="log-lines mono"
        role="log"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_THE_END)
        }
      >
        {inBlocks(lines).map(block => (
          <Block key={block[0]?.key} lines={block} />
        ))}
        {!lines.length && <p className="dim">{words.log.nothing}</p>}
      </div>
      {!following && (
        <button type="button" className="button small jump" onClick={() => setFollowing(true)}>
          {words.log.latest}
        </button>
      )}
    </section>
  )
}

/** Lines never change: a block that begins and ends as before is not drawn again. */
const Block = memo(
  function Block({ lines }: { lines: readonly Line[] }) {
    return lines.map(({ key, timestamp, message, tone }) => (
      <p key={key} className={tone}>
        <time dateTime={timestamp}>{clock(timestamp)}</time>
        {message}
      </p>
    ))
  },
  (before, after) => before.lines.length === after.lines.length && before.lines[0] === after.lines[0],
)
