import { useMutation, useQuery } from '@tanstack/react-query'
import { createClient, GenerationError } from '@testwright/react'
import { useEffect, useId, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../api/client'
import { modelsQuery } from '../api/queries'
import type { Estimate } from '../api/types'
import { CopyButton } from '../ui/copy-button'
import { Problem } from '../ui/problem'
import { words } from '../words'
import { about, money } from '../words/figures'
import type { requestFor } from './request'

const client = createClient()
type Request = ReturnType<typeof requestFor>

interface StartProps {
  request: Request
  /** Why it cannot start yet. */
  reason: string | null
  /** The same in a terminal. */
  command: string | null
}

export function Start({ request, reason, command }: StartProps) {
  const [, navigate] = useLocation()
  const id = useId()
  const sameRequest = useRef({ body: '', sessionId: '' })
  const start = useMutation({
    mutationFn: () => {
      const body = JSON.stringify(request)
      // One id for one request: a second click, or a try after no answer came, starts nothing twice.
      if (sameRequest.current.body !== body) sameRequest.current = { body, sessionId: newSessionId() }
      return client.trigger({ ...request, sessionId: sameRequest.current.sessionId })
    },
    onSuccess: ({ sessionId }) => navigate(`/sessions/${sessionId}`),
  })
  const estimate = useEstimate(request, reason === null)
  const go = () => {
    if (reason === null && !start.isPending) start.mutate()
  }
  useCommandEnter(go)
  const { error } = start
  return (
    <div className="start">
      {error && (
        <Problem error={error}>
          {error instanceof GenerationError &&
            error.fields?.map(({ path, problem }) => (
              <p key={path} className="mono">
                {path} {problem}
              </p>
            ))}
        </Problem>
      )}
      <p className="estimate">
        {request.files.length > 0 && <b>{words.figures.files(request.files.length)}</b>}
        {estimate && <span>{about(estimate.seconds)}</span>}
        {estimate?.currency?.usd != null && (
          <span>
            {estimate.currency.usd
              ? words.generate.aboutMoney(money(estimate.currency.usd))
              : words.generate.free}
          </span>
        )}
      </p>
      <button
        type="button"
        className="button primary large"
        disabled={reason !== null || start.isPending}
        aria-describedby={`${id}-reason`}
        aria-keyshortcuts="Meta+Enter Control+Enter"
        onClick={go}
      >
        {words.generate.start}
      </button>
      <p id={`${id}-reason`} className="dim" role="status">
        {start.isPending ? words.generate.starting : (reason ?? words.generate.goesOn)}
      </p>
      <Receiver model={request.options?.model} />
      {command && (
        <details className="terminal">
          <summary>{words.generate.terminal}</summary>
          <div>
            <code>{command}</code>
            <CopyButton text={command} />
          </div>
        </details>
      )}
    </div>
  )
}

function useCommandEnter(go: () => void) {
  const latest = useRef(go)
  latest.current = go
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) latest.current()
    }
    // On its way down: the tree keeps what it has a use for itself.
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}

/** Who gets to read the picked files, before they are sent. */
function Receiver({ model }: { model: string | undefined }) {
  const { data } = useQuery(modelsQuery)
  const asked = data?.find(({ usual, configured, name }) => configured && (model ? name === model : usual))
  if (!asked?.model) return null
  return (
    <p className="dim">
      {asked.sendsTo ? words.generate.sends(asked.model, asked.sendsTo) : words.generate.stays(asked.model)}
    </p>
  )
}

function useEstimate(request: Request, ready: boolean): Estimate | undefined {
  const body = JSON.stringify(request)
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(ready ? body : ''), 300)
    return () => clearTimeout(timer)
  }, [body, ready])
  const { data } = useQuery({
    queryKey: ['estimate', asked],
    queryFn: () => call<Estimate>('POST', '/estimate', JSON.parse(asked)),
    enabled: asked !== '',
    retry: false,
  })
  return ready && asked ? data : undefined
}

function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `sess_${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`
}
