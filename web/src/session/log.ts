/** The session's messages, as they came: filled by the hook's `onProgress`, read by the log below the files. */

import type { ProgressUpdate } from '@testwright/react'
import { words } from '../words'
import { number } from '../words/figures'

export interface Line {
  readonly key: number
  readonly timestamp: string
  readonly file: string
  readonly message: string
  readonly tone: 'plain' | 'failed'
}

const TOLD_MS = 100
const MOST_LINES = 2000
const BLOCK_LINES = 50

export class LineLog {
  #lines: readonly Line[] = []
  #fresh: Line[] = []
  #count = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #subscribers = new Set<() => void>()

  add = (update: ProgressUpdate): void => {
    this.#count += 1
    const said =
      'retryInSeconds' in update
        ? words.log.again(update.message, words.figures.seconds(number(update.retryInSeconds)))
        : update.message
    this.#fresh.push({
      key: this.#count,
      timestamp: update.timestamp,
      file: 'currentFile' in update ? update.currentFile : '',
      message: said,
      tone: update.type === 'file_failed' || update.type === 'generation_failed' ? 'failed' : 'plain',
    })
    this.#timer ??= setTimeout(this.#tell, TOLD_MS)
  }

  subscribe = (subscriber: () => void): (() => void) => {
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  lines = (): readonly Line[] => this.#lines

  readonly #tell = (): void => {
    this.#timer = undefined
    this.#lines = [...this.#lines, ...this.#fresh].slice(-MOST_LINES)
    this.#fresh = []
    for (const subscriber of this.#subscribers) subscriber()
  }
}

/** A line stays in its block, whatever comes after it and is forgotten before it. */
export function inBlocks(lines: readonly Line[]): readonly (readonly Line[])[] {
  const blocks = new Map<number, Line[]>()
  for (const line of lines) {
    const number = Math.floor(line.key / BLOCK_LINES)
    const block = blocks.get(number)
    if (block) block.push(line)
    else blocks.set(number, [line])
  }
  return [...blocks.values()]
}
