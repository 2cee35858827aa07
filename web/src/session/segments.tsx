import type { FileState } from '@testwright/react'
import { memo } from 'react'
import type { GlyphName } from '../ui/glyph'
import { words } from '../words'
import { glyphOf, stepsDone, TRACK_STEPS, trackOf } from './file-words'

const MANY = 120

/** The session's bar: one segment a file, each with the shape of its verdict. */
export function Segments({ files, progress }: { files: readonly FileState[]; progress: number }) {
  return (
    <div
      className={files.length > MANY ? 'segments dense' : 'segments'}
      role="progressbar"
      aria-label={words.session.progress}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={progress}
    >
      {files.map(file => (
        <Segment key={file.path} glyph={glyphOf(file)} steps={stepsDone(file)} />
      ))}
      {!files.length && <i />}
    </div>
  )
}

const Segment = memo(function Segment({ glyph, steps }: { glyph: GlyphName; steps: number }) {
  const part = glyph === 'active' || glyph === 'waiting' ? (steps + 0.5) / TRACK_STEPS.length : 0
  return <i className={glyph}>{part > 0 && <i className="part" style={{ width: `${part * 100}%` }} />}</i>
})

export function Track({ file }: { file: FileState }) {
  return (
    <span className="track" aria-hidden="true">
      {trackOf(file).map((mark, at) => (
        <i key={TRACK_STEPS[at]} className={mark} />
      ))}
    </span>
  )
}
