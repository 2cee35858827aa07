/**
 * Single keys for what the page can do. They sleep while somebody types, in dialogs, and when they are switched off;
 * whatever they do can be done by button as well.
 */

import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Action {
  readonly label: string
  readonly run: () => void
}
export type Keys = Readonly<Record<string, Action | undefined>>

const STORED_AS = 'testwright.keys'
const SLEEPING =
  'input, textarea, select, [contenteditable="true"], [role="dialog"], dialog, [role="textbox"]'

let layers: readonly { current: Keys }[] = []
const subscribers = new Set<() => void>()
let on = stored() !== 'off'

/** Active as long as the component is shown; the newest one that knows a key gets it. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys)
  layer.current = keys
  useEffect(() => {
    layers = [...layers, layer]
    return () => {
      layers = layers.filter(other => other !== layer)
    }
  }, [])
}

/** What can be done just now, by key; for the list of keys and for the palette. */
export function activeKeys(): readonly (Action & { key: string })[] {
  const found = new Map<string, Action>()
  for (const { current } of layers)
    for (const [key, action] of Object.entries(current)) if (action) found.set(key, action)
  return [...found].map(([key, action]) => ({ key, ...action }))
}

export function useKeysOn(): readonly [boolean, (on: boolean) => void] {
  const shown = useSyncExternalStore(
    subscriber => {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
    () => on,
  )
  return [shown, switchKeys]
}

/** Listens for as long as it is not let go. */
export function listenForKeys(): () => void {
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}

function onKeyDown(event: KeyboardEvent): void {
  if (!on || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing)
    return
  // An editor may stand in a shadow tree, which the event's target does not tell of.
  const [target] = event.composedPath()
  if (target instanceof Element && target.closest(SLEEPING)) return
  const action = activeKeys().find(({ key }) => key === event.key)
  if (!action) return
  event.preventDefault()
  action.run()
}

function switchKeys(next: boolean): void {
  on = next
  try {
    localStorage.setItem(STORED_AS, next ? 'on' : 'off')
  } catch {
    // Storage is switched off: the choice lasts until the next load.
  }
  for (const subscriber of subscribers) subscriber()
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS)
  } catch {
    return null
  }
}
