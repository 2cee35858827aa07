import { type ReactNode, useEffect, useRef } from 'react'
import { words } from '../words'

interface SheetProps {
  title: string
  onClose: () => void
  children: ReactNode
}

/** A dialog over the page: the browser keeps the focus in it, closes it with Escape and gives the focus back. */
export function Sheet({ title, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
    dialog.current?.querySelector('input')?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the click is for the backdrop.
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={title}
      onClose={onClose}
      onClick={event => event.target === dialog.current && dialog.current.close()}
    >
      <div className="sheet-body">
        <div className="head-line">
          <h2>{title}</h2>
          <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
            {words.app.close}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
