/** What tests reach of a source, line by line: before, after, and what is new. Lines that hold no code are none of these. */

import type { Mutant } from '../api/types'

export interface LineCoverage {
  /** Lines that the project's own tests reach. */
  readonly before: readonly number[]
  /** Lines that these and the new tests reach. */
  readonly after: readonly number[]
  readonly missed: readonly number[]
}

export type View = 'before' | 'after' | 'new'
export type Heat = 'covered' | 'missed' | 'fresh' | 'partial'

/** The heat of each line that has one. A line at which a change goes unnoticed is only half covered by its tests. */
export function heatOf(
  coverage: LineCoverage,
  unnoticed: ReadonlySet<number>,
  view: View,
): ReadonlyMap<number, Heat> {
  const before = new Set(coverage.before)
  const heat = new Map<number, Heat>()
  for (const line of coverage.missed) heat.set(line, 'missed')
  for (const line of coverage.after) {
    if (view === 'before') heat.set(line, before.has(line) ? 'covered' : 'missed')
    else if (unnoticed.has(line)) heat.set(line, 'partial')
    else heat.set(line, before.has(line) ? 'covered' : 'fresh')
  }
  if (view === 'new') for (const [line, kind] of heat) if (kind !== 'fresh') heat.delete(line)
  return heat
}

/** The changes that no test notices, by the line where they begin. */
export function unnoticedByLine(mutants: readonly Mutant[]): ReadonlyMap<number, readonly Mutant[]> {
  const found = new Map<number, Mutant[]>()
  for (const mutant of mutants)
    if (mutant.status === 'survived') found.set(mutant.line, [...(found.get(mutant.line) ?? []), mutant])
  return found
}

/** 3–5, 8 */
export function inRanges(lines: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const line of [...lines].sort((one, other) => one - other)) {
    const last = ranges.at(-1)
    if (last && line <= last[1] + 1) last[1] = line
    else ranges.push([line, line])
  }
  return ranges.map(([first, end]) => (first === end ? `${first}` : `${first}–${end}`)).join(', ')
}
