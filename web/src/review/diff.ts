/** A delivered suite beside what stood there before: lines that are new, and which of the others are worth showing. */

import type { GeneratedTest } from '@testwright/react'

const CONTEXT = 3

export interface SuiteDiff {
  /** Numbers of the lines that are new. */
  readonly added: ReadonlySet<number>
  /** Lines to show; null for all of them. */
  readonly shown: ReadonlySet<number> | null
  /** By the line before a gap: how many lines it hides. */
  readonly gaps: ReadonlyMap<number, number>
}

export function diffOf({ testCode, evidence }: GeneratedTest): SuiteDiff {
  const ranges = evidence.verified ? evidence.addedTo?.ranges : undefined
  const total = testCode.split('\n').length - (testCode.endsWith('\n') ? 1 : 0)
  if (!ranges) return { added: new Set(range(1, total)), shown: null, gaps: new Map() }
  const added = new Set(ranges.flatMap(([start, end]) => linesWithin(testCode, start, end)))
  const shown = new Set<number>()
  for (const line of added)
    for (const near of range(Math.max(1, line - CONTEXT), Math.min(total, line + CONTEXT))) shown.add(near)
  const gaps = new Map<number, number>()
  let last = 0
  for (let line = 1; line <= total; line++) {
    if (shown.has(line)) last = line
    else gaps.set(last, (gaps.get(last) ?? 0) + 1)
  }
  return { added, shown, gaps }
}

/** Ranges count bytes, as the service does. */
function linesWithin(text: string, start: number, end: number): number[] {
  const bytes = new TextEncoder().encode(text)
  const lineAt = (place: number) =>
    bytes.subarray(0, place).reduce((sum, byte) => sum + Number(byte === 10), 1)
  return end > start ? range(lineAt(start), lineAt(end - 1)) : []
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
