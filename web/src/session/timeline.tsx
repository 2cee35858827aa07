import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { timelineQuery } from '../api/queries'
import { words } from '../words'
import { baseName, seconds } from '../words/figures'
import { type Bar, type Lane, lanesOf, nameOf, roundsOf } from './lanes'

interface TimelineProps {
  sessionId: string
  isGenerating: boolean
  selected: string | null
  onSelect: (path: string) => void
  now: number
}

/** Where the time went: a lane for each file, and the figures of the one that is looked at. */
export function Timeline({ sessionId, isGenerating, selected, onSelect, now }: TimelineProps) {
  const { data, error } = useQuery(timelineQuery(sessionId, isGenerating))
  const [chosen, setChosen] = useState<number | null>(null)
  const steps = data?.steps ?? []
  const rounds = roundsOf(steps)
  const round = chosen ?? rounds.at(-1) ?? 1
  const { lanes, began, seconds: total } = lanesOf(steps, round, now)
  if (!lanes.length)
    return <p className="timeline-empty dim">{error ? words.timeline.unknown : words.timeline.nothing}</p>
  return (
    <section className="timeline" aria-label={words.timeline.title}>
      <p className="timeline-head">
        <span className="legend" aria-hidden="true">
          {(['writing', 'running', 'breaking', 'other'] as const).map(kind => (
            <span key={kind}>
              <i className={`bar ${kind}`} /> {words.timeline.kinds[kind]}
            </span>
          ))}
        </span>
        {rounds.length > 1 &&
          rounds.map(each => (
            <button
              key={each}
              type="button"
              className="button small"
              aria-pressed={each === round}
              onClick={() => setChosen(each)}
            >
              {words.timeline.round(each)}
            </button>
          ))}
        <span className="total">{words.timeline.total(seconds(total))}</span>
      </p>
      <ol className="lanes">
        {lanes.map(lane => (
          <LaneRow
            key={lane.path}
            lane={lane}
            began={began}
            isOpen={lane.path === selected}
            onSelect={onSelect}
          />
        ))}
      </ol>
    </section>
  )
}

interface LaneRowProps {
  lane: Lane
  began: number
  isOpen: boolean
  onSelect: (path: string) => void
}

function LaneRow({ lane, began, isOpen, onSelect }: LaneRowProps) {
  return (
    <li>
      <button
        type="button"
        className="lane"
        aria-expanded={isOpen}
        title={lane.path}
        onClick={() => onSelect(lane.path)}
      >
        <span className="path">{baseName(lane.path)}</span>
        <span className="axis" aria-hidden="true">
          {lane.bars.map((bar, at) => (
            <i
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end.
              key={at}
              className={`bar ${bar.kind} ${bar.step.state}`}
              style={{ left: `${bar.from}%`, width: `${bar.width}%` }}
              title={inWords(bar)}
            />
          ))}
        </span>
      </button>
      {isOpen && <Figures bars={lane.bars} began={began} />}
    </li>
  )
}

function Figures({ bars, began }: { bars: readonly Bar[]; began: number }) {
  return (
    <table className="step-figures">
      <thead>
        <tr>
          <th scope="col">{words.timeline.step}</th>
          <th scope="col">{words.timeline.after}</th>
          <th scope="col">{words.timeline.took}</th>
          <th scope="col">{words.timeline.came}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ step, seconds: took, kind }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end.
          <tr key={at}>
            <th scope="row">
              <i className={`bar ${kind} ${step.state}`} aria-hidden="true" /> {title(step)}
            </th>
            <td>{seconds((Date.parse(step.startedAt) - began) / 1000)}</td>
            <td>{seconds(took)}</td>
            <td>{step.error?.message ?? words.timeline.states[step.state]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function title(step: Bar['step']): string {
  const name = words.timeline.steps[nameOf(step)] ?? step.step
  return step.attempt > 1 ? words.timeline.again(name, step.attempt) : name
}

const inWords = ({ step, seconds: took }: Bar): string =>
  `${title(step)}: ${seconds(took)}, ${step.error?.message ?? words.timeline.states[step.state]}`
