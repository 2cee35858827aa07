/** What a file's row says: its glyph, its track of five steps, its sentence. */

import type { FileState, Mutants } from '@testwright/react'
import type { GlyphName } from '../ui/glyph'
import { words } from '../words'
import { baseName, number } from '../words/figures'

export type Mark = 'todo' | 'done' | 'active' | 'failed'
export type Tone = 'passing' | 'failed' | 'active' | 'dim' | 'partial'

export const TRACK_STEPS = ['read', 'write', 'run', 'repair', 'prove'] as const

/** Enough of a commit or a hash to tell it by. */
export const shortPin = (pin: string | null | undefined): string | undefined =>
  pin?.slice(0, pin.startsWith('sha256:') ? 'sha256:'.length + 12 : 12)

export function glyphOf(file: FileState): GlyphName {
  switch (file.stage) {
    case 'queued':
      return 'queued'
    case 'waiting':
      return 'waiting'
    case 'done':
      return isUnverified(file) ? 'unverified' : 'done'
    case 'failed':
      return 'failed'
    case 'cancelled':
      return 'stopped'
    default:
      return 'active'
  }
}

export function trackOf(file: FileState): readonly Mark[] {
  switch (file.stage) {
    case 'queued':
      return marks(0, 'todo')
    case 'analysing':
      return marks(0, 'active')
    case 'writing':
      return marks(1, 'active')
    case 'running':
      if (file.failed === null) return marks(2, 'active')
      return file.failed > 0 ? marks(2, 'failed') : marks(4, 'active')
    case 'repairing':
      return marks(3, 'active')
    case 'done':
      return marks(isUnverified(file) ? 2 : 5, 'todo')
    case 'failed':
      return marks(reached(file), 'failed')
    case 'waiting':
      return marks(reached(file), 'active')
    case 'cancelled':
      return marks(reached(file), 'todo')
  }
}

/** There is a suite, but nobody could run it here. */
export const isUnverified = (file: FileState): boolean => file.test?.evidence.verified === false

export const stepsDone = (file: FileState): number => trackOf(file).filter(mark => mark === 'done').length

export function toneOf(file: FileState): Tone {
  if (file.stage === 'failed') return 'failed'
  if (file.stage === 'waiting') return 'partial'
  return file.stage === 'queued' || file.stage === 'done' || file.stage === 'cancelled' ? 'dim' : 'active'
}

export function sentenceOf(file: FileState, now: number): string {
  const said = words.stages
  const again = file.attempt > 1 ? said.attempt(file.attempt) : ''
  switch (file.stage) {
    case 'queued':
      return said.queued
    case 'analysing':
      // Told again with another sentence while a runner is installed.
      return file.message && !file.message.startsWith('Generating tests for')
        ? file.message
        : said.reading(baseName(file.path))
    case 'writing':
      return said.writing
    case 'running': {
      if (file.failed === null)
        return file.testCount === null ? said.running : said.runningSome(file.testCount, again)
      const ran = (file.passed ?? 0) + file.failed
      if (file.failed > 0) return said.some(file.passed ?? 0, ran, again)
      const unnoticed = file.mutants?.survived ?? 0
      return unnoticed > 0 ? said.unnoticed(ran, ran, unnoticed) : said.proving(ran, ran)
    }
    case 'repairing':
      return said.repairing(again)
    case 'waiting': {
      const seconds = file.retryAt ? Math.max(0, Math.ceil((Date.parse(file.retryAt) - now) / 1000)) : null
      return seconds === null
        ? file.message
        : said.waits(words.figures.seconds(number(seconds)), file.message)
    }
    case 'done':
      return file.test?.evidence.verified === false
        ? words.session.notVerified(file.test.evidence.reason)
        : said.passing
    case 'failed':
      return said.needsYou(file.error?.message ?? said.nothingKept)
    case 'cancelled':
      return said.stopped
  }
}

export interface Facts {
  kept: number
  thrownAway: number
  before: number | null
  after: number | null
  /** Small changes to the code that the suites noticed, of those that were tried; null when none were. */
  noticed: { killed: number; sampled: number } | null
  tokens: number
  costUsd: number | null
}

/** Sums over the files. A test that nobody ran does not count as kept. Coverage is the mean over those whose suites were measured before and after. */
export function factsOf(files: readonly FileState[]): Facts {
  const evidence = files.flatMap(({ test }) => (test ? [test.evidence] : []))
  const measured = evidence.flatMap(one => {
    const after = one.verified ? one.coverage.after?.lines : null
    return one.verified && after != null ? [{ before: one.coverage.before?.lines ?? null, after }] : []
  })
  const compared = measured.flatMap(({ before }) => (before === null ? [] : [before]))
  const spent = files.flatMap(spentOn)
  return {
    kept: evidence.reduce((sum, one) => sum + (one.verified ? one.testCount : 0), 0),
    thrownAway: files.reduce((sum, file) => sum + file.dropped.length, 0),
    before: compared.length === measured.length ? mean(compared) : null,
    noticed: noticedIn(evidence.flatMap(one => (one.verified && one.mutants ? [one.mutants] : []))),
    after: mean(measured.map(({ after }) => after)),
    tokens: spent.reduce((sum, { tokens }) => sum + tokens, 0),
    costUsd: spent.reduce<number | null>(
      (sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd),
      0,
    ),
  }
}

/** What its newest round has taken so far; else, after a reload, what its suite took. */
function spentOn({ spent, test }: FileState): { tokens: number; costUsd: number | null }[] {
  if (spent) return [spent]
  return test ? [{ tokens: test.evidence.tokens ?? 0, costUsd: test.evidence.costUsd ?? null }] : []
}

function noticedIn(counts: readonly Mutants[]): Facts['noticed'] {
  const sampled = counts.reduce((sum, one) => sum + one.sampled, 0)
  return sampled ? { killed: counts.reduce((sum, one) => sum + one.killed, 0), sampled } : null
}

function marks(done: number, next: Mark): readonly Mark[] {
  return TRACK_STEPS.map((_, at) => (at < done ? 'done' : at === done ? next : 'todo'))
}

function reached(file: FileState): number {
  if (file.testCount !== null || file.attempt > 0) return 2
  return file.symbolCount !== null ? 1 : 0
}

function mean(values: readonly number[]): number | null {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}
