import type { FileState } from '@testwright/react'
import { type KeyboardEvent, memo, useRef } from 'react'
import { Glyph } from '../ui/glyph'
import { words } from '../words'
import { baseName, change, DASH, duration, folderOf, percent } from '../words/figures'
import { glyphOf, sentenceOf, toneOf } from './file-words'
import { Track } from './segments'

interface FileTableProps {
  files: readonly FileState[]
  selected: string | null
  onSelect: (path: string) => void
  now: number
}

export function FileTable({ files, selected, onSelect, now }: FileTableProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || event.metaKey || event.ctrlKey || event.altKey) return
    const at = files.findIndex(({ path }) => path === selected)
    const next = files[Math.min(files.length - 1, Math.max(0, at + step))]
    if (!next) return
    event.preventDefault()
    onSelect(next.path)
    body.current?.querySelectorAll('button')[files.indexOf(next)]?.focus()
  }
  return (
    <table className="ledger files-table">
      <caption className="hidden-label">{words.session.files}</caption>
      <thead>
        <tr>
          <th scope="col">{words.session.file}</th>
          <th scope="col">{words.session.stage}</th>
          <th scope="col" className="number">
            {words.session.tests}
          </th>
          <th scope="col" className="number">
            {words.session.linesPercent}
          </th>
          <th scope="col" className="number">
            {words.session.time}
          </th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {files.map(file => (
          <Row
            key={file.path}
            file={file}
            selected={file.path === selected}
            onSelect={onSelect}
            now={file.startedAt && !file.endedAt ? now : 0}
          />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  file: FileState
  selected: boolean
  onSelect: (path: string) => void
  now: number
}

const Row = memo(function Row({ file, selected, onSelect, now }: RowProps) {
  const sentence = sentenceOf(file, now)
  const evidence = file.test?.evidence
  const coverage = evidence?.verified ? evidence.coverage : null
  return (
    // The button inside serves the keyboard; a click may land anywhere on its row.
    <tr aria-current={selected ? 'true' : undefined} onClick={() => onSelect(file.path)}>
      <td>
        <span className="file-cell">
          <Glyph name={glyphOf(file)} />
          <button type="button" className="file-name" title={file.path}>
            <span className="folder">{folderOf(file.path)}</span>
            <span className="base">{baseName(file.path)}</span>
          </button>
        </span>
      </td>
      <td>
        <span className="stage-cell">
          <Track file={file} />
          <span className={`sentence ${toneOf(file)}`} title={sentence}>
            {sentence}
          </span>
        </span>
      </td>
      <td className="number">{testsOf(file)}</td>
      <td className="number mono">
        {coverage ? change(coverage.before?.lines, coverage.after?.lines) : <Measured file={file} />}
      </td>
      <td className="number dim">{timeOf(file, now)}</td>
    </tr>
  )
})

function Measured({ file }: { file: FileState }) {
  const lines = file.endedAt ? null : file.coverage?.lines
  return <span className="dim">{lines == null ? DASH : `… ${percent(lines)}`}</span>
}

/** Kept ones once there are any, drafted ones before. Nothing is counted that nobody ran. */
function testsOf(file: FileState): number | string {
  const evidence = file.test?.evidence
  if (evidence) return evidence.verified ? evidence.testCount : DASH
  return file.stage === 'failed' ? 0 : (file.testCount ?? DASH)
}

function timeOf(file: FileState, now: number): string {
  if (!file.startedAt) return DASH
  const end = file.endedAt ? Date.parse(file.endedAt) : now
  return duration(end - Date.parse(file.startedAt))
}
