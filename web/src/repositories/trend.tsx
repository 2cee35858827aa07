import type { SessionFigures } from '../api/types'
import { words } from '../words'
import { day, percent } from '../words/figures'

const WIDTH = 720
const HEIGHT = 160
const MARGIN = { top: 12, right: 56, bottom: 24, left: 36 }
const GRID = [0, 50, 100]
const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom }

interface Point {
  readonly at: number
  readonly percent: number
}

/** Coverage and noticed changes by session: two lines that differ in stroke and mark, not by colour alone. */
export function Trend({ sessions }: { sessions: readonly SessionFigures[] }) {
  const x = (at: number) =>
    MARGIN.left + (sessions.length < 2 ? inner.width / 2 : (at / (sessions.length - 1)) * inner.width)
  const y = (value: number) => MARGIN.top + (1 - value / 100) * inner.height
  const points = (read: (session: SessionFigures) => number | null): Point[] =>
    sessions.flatMap((session, at) => {
      const value = read(session)
      return value === null ? [] : [{ at, percent: value }]
    })
  const lines = points(({ linesAfter }) => linesAfter)
  const noticed = points(({ noticed: some, tried }) => (tried ? (100 * some) / tried : null))
  const path = (drawn: readonly Point[]) =>
    drawn.map(({ at, percent: value }, step) => `${step ? 'L' : 'M'}${x(at)} ${y(value)}`).join('')
  const [first, last] = [sessions[0], sessions.at(-1)]
  return (
    <figure className="trend">
      <figcaption>
        <span className="key line-key">{words.repository.lines}</span>
        <span className="key noticed-key">{words.repository.noticed}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.repository.picture}>
        {GRID.map(value => (
          <g key={value}>
            <line x1={MARGIN.left} x2={WIDTH - MARGIN.right} y1={y(value)} y2={y(value)} className="grid" />
            <text x={MARGIN.left - 6} y={y(value) + 4} textAnchor="end">
              {value}
            </text>
          </g>
        ))}
        <path d={path(lines)} className="lines" />
        <path d={path(noticed)} className="noticed" />
        {lines.map(point => (
          <circle key={point.at} cx={x(point.at)} cy={y(point.percent)} r="3.5" className="lines" />
        ))}
        {noticed.map(point => (
          <rect
            key={point.at}
            x={x(point.at) - 3}
            y={y(point.percent) - 3}
            width="6"
            height="6"
            className="noticed"
          />
        ))}
        {apart(lines.at(-1), noticed.at(-1)).map(({ point, name, dy }) => (
          <text key={name} x={x(point.at) + 10} y={y(point.percent) + 4 + dy} className={name}>
            {percent(point.percent)} %
          </text>
        ))}
        {first && (
          <text x={x(0)} y={HEIGHT - 6} textAnchor={sessions.length > 1 ? 'start' : 'middle'}>
            {day(first.createdAt)}
          </text>
        )}
        {last && last !== first && (
          <text x={x(sessions.length - 1)} y={HEIGHT - 6} textAnchor="end">
            {day(last.createdAt)}
          </text>
        )}
      </svg>
    </figure>
  )
}

/** The two last figures stand beside their marks, and never on each other. */
function apart(lines: Point | undefined, noticed: Point | undefined) {
  const near = lines && noticed && Math.abs(lines.percent - noticed.percent) < 12
  const up = near && lines.percent >= noticed.percent ? -7 : near ? 7 : 0
  return [
    ...(lines ? [{ point: lines, name: 'lines', dy: up }] : []),
    ...(noticed ? [{ point: noticed, name: 'noticed', dy: -up }] : []),
  ]
}
