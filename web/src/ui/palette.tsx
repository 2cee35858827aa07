import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useState } from 'react'
import { useLocation } from 'wouter'
import { repositoriesQuery, sessionsQuery } from '../api/queries'
import { words } from '../words'
import { when } from '../words/figures'
import { activeKeys } from './keys'
import { Sheet } from './sheet'

const MOST = 12

interface Command {
  readonly name: string
  readonly kind: string
  readonly run: () => void
}

/** Every page and action by its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const id = useId()
  const [sought, setSought] = useState('')
  const [at, setAt] = useState(0)
  const parts = sought.toLowerCase().split(/\s+/).filter(Boolean)
  const found = useCommands()
    .filter(({ name, kind }) => parts.every(part => `${name} ${kind}`.toLowerCase().includes(part)))
    .slice(0, MOST)
  const chosen = found[Math.min(at, found.length - 1)]
  const go = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setAt((found.indexOf(chosen as Command) + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(chosen)
    }
  }
  return (
    <Sheet title={words.palette.title} onClose={onClose}>
      <input
        role="combobox"
        aria-label={words.palette.title}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen && `${id}-${found.indexOf(chosen)}`}
        autoComplete="off"
        placeholder={words.palette.example}
        value={sought}
        onChange={event => {
          setSought(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={words.palette.found} className="commands">
        {found.map((command, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field.
          <div
            key={`${command.kind} ${command.name}`}
            id={`${id}-${place}`}
            role="option"
            aria-selected={command === chosen}
            onClick={() => go(command)}
          >
            <span>{command.name}</span>
            <span className="dim">{command.kind}</span>
          </div>
        ))}
      </div>
      {!found.length && <p className="dim">{words.palette.nothing}</p>}
    </Sheet>
  )
}

function useCommands(): Command[] {
  const [, navigate] = useLocation()
  const { data: known } = useQuery(repositoriesQuery)
  const { data: pages } = useInfiniteQuery(sessionsQuery)
  const [actions] = useState(activeKeys)
  const to = (name: string, kind: string, address: string): Command => ({
    name,
    kind,
    run: () => navigate(address),
  })
  const { page, action, repository, session } = words.palette
  const nameOf = (id: string) =>
    known?.repositories.find(({ repositoryId }) => repositoryId === id)?.name ?? id
  return [
    ...actions.map(({ label, run }) => ({ name: label, kind: action, run })),
    to(words.app.generate, page, '/'),
    to(words.app.sessions, page, '/sessions'),
    to(words.app.repositories, page, '/repositories'),
    to(words.app.settings, page, '/settings'),
    ...(known?.repositories ?? []).flatMap(({ repositoryId, name }) => [
      to(words.generate.title(name), repository, `/?repository=${encodeURIComponent(repositoryId)}`),
      to(words.palette.historyOf(name), repository, `/repositories/${encodeURIComponent(repositoryId)}`),
    ]),
    ...(pages?.pages[0]?.sessions ?? []).map(({ sessionId, repositoryId, createdAt }) =>
      to(
        `${nameOf(repositoryId)}, ${when(createdAt, Date.now())}, ${sessionId}`,
        session,
        `/sessions/${encodeURIComponent(sessionId)}`,
      ),
    ),
  ]
}
