export type GlyphName =
  | 'done'
  | 'partial'
  | 'failed'
  | 'active'
  | 'queued'
  | 'waiting'
  | 'unverified'
  | 'stopped'

/** A verdict's shape. Its word stands beside it, so it is not read out. */
export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className={`glyph ${name}`} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  )
}

const ring = <circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
const SHAPES = {
  done: <circle cx="7" cy="7" r="5" fill="currentColor" />,
  partial: (
    <>
      {ring}
      <path d="M7 2a5 5 0 0 0 0 10z" fill="currentColor" />
    </>
  ),
  failed: <path d="M2.5 2.5l9 9m0-9l-9 9" stroke="currentColor" strokeWidth="1.75" />,
  active: (
    <>
      {ring}
      <path d="M5 3v8M7 2.5v9M9 3v8" stroke="currentColor" strokeWidth="1" />
    </>
  ),
  queued: ring,
  waiting: (
    <>
      {ring}
      <path d="M7 4.5V7l2 1.5" stroke="currentColor" fill="none" />
    </>
  ),
  unverified: (
    <circle
      cx="7"
      cy="7"
      r="4.75"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.5 2"
    />
  ),
  stopped: <path d="M3 7h8" stroke="currentColor" strokeWidth="1.75" />,
} satisfies Record<GlyphName, React.ReactNode>
