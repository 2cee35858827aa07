import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useRef, useState } from 'react'
import { ApiError, call } from '../api/client'
import { repositoriesQuery } from '../api/queries'
import type { Repository, Suggestion } from '../api/types'
import { Hint } from '../ui/problem'
import { words } from '../words'
import { GitHubList } from './github-list'

/** A repository of some size comes from afar, or out of a zip. */
const IMPORTED_WITHIN_MS = 180_000

interface RepositoryPickerProps {
  repositories: readonly Repository[]
  suggestions: readonly Suggestion[]
  chosen: string | null
  onChoose: (repositoryId: string) => void
}

export function RepositoryPicker({ repositories, suggestions, chosen, onChoose }: RepositoryPickerProps) {
  const id = useId()
  const [adding, setAdding] = useState(false)
  if (!repositories.length || adding)
    return (
      <FolderForm
        suggestions={suggestions}
        onDone={repository => {
          setAdding(false)
          onChoose(repository.repositoryId)
        }}
        onCancel={repositories.length ? () => setAdding(false) : undefined}
      />
    )
  return (
    <div className="folder-line">
      <label htmlFor={id}>{words.generate.folder}</label>
      <select id={id} value={chosen ?? ''} onChange={event => onChoose(event.target.value)}>
        {repositories.map(({ repositoryId, name }) => (
          <option key={repositoryId} value={repositoryId}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" className="button" onClick={() => setAdding(true)}>
        {words.generate.openAnother}
      </button>
    </div>
  )
}

interface FolderFormProps {
  suggestions: readonly Suggestion[]
  onDone: (repository: Repository) => void
  onCancel?: () => void
}

function FolderForm({ suggestions, onDone, onCancel }: FolderFormProps) {
  const id = useId()
  const [path, setPath] = useState('')
  const [onGitHub, setOnGitHub] = useState(false)
  const zip = useRef<HTMLInputElement>(null)
  const queryClient = useQueryClient()
  const register = useMutation({
    mutationFn: (source: string | File) =>
      call<Repository>('POST', '/repositories', requestFor(source), IMPORTED_WITHIN_MS),
    onSuccess: async repository => {
      await queryClient.invalidateQueries(repositoriesQuery)
      onDone(repository)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim()) register.mutate(path.trim())
  }
  const { error } = register
  return (
    <form className="folder-form" onSubmit={submit}>
      {suggestions.length > 0 && (
        <ul className="suggestions" aria-label={words.generate.found}>
          {suggestions.map(({ name, path: place }) => (
            <li key={place}>
              <button type="button" disabled={register.isPending} onClick={() => register.mutate(place)}>
                <b>{name}</b>
                <span className="mono dim">{place === '.' ? words.generate.topFolder : place}</span>
                <span className="open" aria-hidden="true">
                  {words.generate.open}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <label htmlFor={id}>
        {suggestions.length > 0 ? words.generate.orFolder : words.generate.folderHere}
      </label>
      <div className="folder-line">
        <input
          id={id}
          className="mono"
          value={path}
          onChange={event => setPath(event.target.value)}
          placeholder={words.generate.folderExample}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error !== null}
          aria-describedby={error ? `${id}-error` : undefined}
        />
        <button type="submit" className="button primary" disabled={!path.trim() || register.isPending}>
          {register.isPending ? words.generate.opening : words.generate.openFolder}
        </button>
        <button
          type="button"
          className="button"
          disabled={register.isPending}
          onClick={() => zip.current?.click()}
        >
          {words.generate.openZip}
        </button>
        <button
          type="button"
          className="button"
          aria-expanded={onGitHub}
          onClick={() => setOnGitHub(!onGitHub)}
        >
          {words.generate.fromGitHub}
        </button>
        <input
          ref={zip}
          type="file"
          accept=".zip"
          hidden
          aria-label={words.generate.openZip}
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file) register.mutate(file)
            // The same one again is a change as well.
            target.value = ''
          }}
        />
        {onCancel && (
          <button type="button" className="button" onClick={onCancel}>
            {words.generate.cancel}
          </button>
        )}
      </div>
      {onGitHub && <GitHubList isBusy={register.isPending} onOpen={url => register.mutate(url)} />}
      {error && (
        <div id={`${id}-error`} className="field-error" role="alert">
          <p>{error.message}</p>
          {error instanceof ApiError && error.hint && <Hint>{error.hint}</Hint>}
        </div>
      )}
    </form>
  )
}

function requestFor(source: string | File): unknown {
  if (typeof source === 'string') return /^https?:\/\//.test(source) ? { gitUrl: source } : { path: source }
  const form = new FormData()
  form.append('file', source)
  return form
}
