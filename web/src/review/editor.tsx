import { useEffect, useRef, useState } from 'react'
import { Waiting } from '../ui/problem'
import { words } from '../words'

interface EditorProps {
  path: string
  text: string
  onChange: (text: string) => void
  onDone: () => void
}

/** The editor, fetched when it is first needed. Where it cannot be had, a plain field does. */
export function Editor({ path, text, onChange, onDone }: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<'opening' | 'open' | 'plain'>('opening')
  const latest = useRef({ text, onChange, onDone })
  latest.current = { text, onChange, onDone }
  useEffect(() => {
    let close = () => {}
    let gone = false
    import('./editor-view').then(
      ({ openEditor }) => {
        if (gone || !host.current) return
        const current = latest.current
        close = openEditor(host.current, {
          text: current.text,
          path,
          label: words.review.editorLabel(path),
          onChange: changed => latest.current.onChange(changed),
          onDone: () => latest.current.onDone(),
        })
        setState('open')
      },
      () => setState('plain'),
    )
    return () => {
      gone = true
      close()
    }
  }, [path])
  if (state === 'plain')
    return (
      <textarea
        className="editor mono"
        aria-label={words.review.editorLabel(path)}
        value={text}
        onChange={event => onChange(event.target.value)}
      />
    )
  return (
    <>
      {state === 'opening' && <Waiting />}
      {/* Never hidden: what is hidden cannot take the focus when the editor opens in it. */}
      <div ref={host} className="editor" />
    </>
  )
}
