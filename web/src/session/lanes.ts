/** The steps of a session as bars beside one time axis: a lane for each file. */

import type { Step } from '../api/types'

export type Kind = 'writing' | 'running' | 'breaking' | 'other'

/** `from` and `width` are shares of the axis, in percent. */
export interface Bar {
  step: Step
  kind: Kind
  from: number
  width: number
  seconds: number
}

export interface Lane {
  path: string
  bars: Bar[]
}

export interface Lanes {
  lanes: Lane[]
  began: number
  seconds: number
}

const KINDS: Readonly<Record<string, Kind>> = {
  draft: 'writing',
  repair: 'writing',
  strengthen: 'writing',
  baseline: 'running',
  run: 'running',
  edited: 'running',
  stability: 'running',
  challenge: 'breaking',
}

/** `run/2` is the second time that tests were run. */
export const nameOf = (step: Step): string => step.step.split('/')[0] ?? ''

export const kindOf = (step: Step): Kind => KINDS[nameOf(step)] ?? 'other'

export const roundsOf = (steps: readonly Step[]): number[] =>
  [...new Set(steps.map(({ round }) => round))].sort((one, other) => one - other)

/** A step that is not over reaches to now; one that was broken off, to where its file went on. */
export function lanesOf(steps: readonly Step[], round: number, now: number): Lanes {
  const shown = steps.filter(step => step.round === round)
  const began = Math.min(...shown.map(({ startedAt }) => Date.parse(startedAt)))
  const lanes = new Map<string, Lane>()
  const ends = shown.map((step, at) => endOf(step, shown.slice(at + 1), now))
  const total = Math.max(1, ...ends.map(end => end - began))
  shown.forEach((step, at) => {
    const lane = lanes.get(step.path) ?? { path: step.path, bars: [] }
    lanes.set(step.path, lane)
    const start = Date.parse(step.startedAt)
    const end = Math.max(start, ends[at] ?? start)
    lane.bars.push({
      step,
      kind: kindOf(step),
      from: (100 * (start - began)) / total,
      width: (100 * (end - start)) / total,
      seconds: (end - start) / 1000,
    })
  })
  return { lanes: [...lanes.values()], began, seconds: total / 1000 }
}

function endOf(step: Step, later: readonly Step[], now: number): number {
  if (step.endedAt !== null) return Date.parse(step.endedAt)
  const next = later.find(({ path }) => path === step.path)
  return step.state === 'interrupted' && next ? Date.parse(next.startedAt) : now
}
