import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { call } from '../api/client'
import { sessionAddress } from '../api/queries'
import type { Sent } from '../api/types'
import { Problem } from '../ui/problem'
import { Sheet } from '../ui/sheet'
import { words } from '../words'

/** GitHub is asked file by file. */
const SENT_WITHIN_MS = 120_000

export type Way = 'branch' | 'pull-request'

interface SendProps {
  sessionId: string
  way: Way
  onClose: () => void
}

/** A branch of one's own, or a pull request: first what would be in it, then the deed. */
export function Send({ sessionId, way, onClose }: SendProps) {
  const id = useId()
  const [branch, setBranch] = useState(`testwright/${sessionId}`)
  const [seen, setSeen] = useState('')
  const send = useMutation({
    mutationFn: ({ preview }: { preview: boolean }) =>
      call<Sent>('POST', `${sessionAddress(sessionId)}/${way}`, { branch, preview }, SENT_WITHIN_MS),
    onSuccess: (_, { preview }) => setSeen(preview ? branch : ''),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate({ preview: true })
  }
  const { data, variables, error, isPending } = send
  const isDone = data && (!variables?.preview || !data.isNew)
  return (
    <Sheet title={way === 'branch' ? words.sending.branchTitle : words.sending.pullTitle} onClose={onClose}>
      {isDone ? (
        <Done sent={data} />
      ) : (
        <form onSubmit={submit}>
          <label htmlFor={id}>{words.sending.branchName}</label>
          <div className="folder-line">
            <input
              id={id}
              className="mono"
              value={branch}
              onChange={event => setBranch(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
            <button type="submit" className="button" disabled={!branch.trim() || isPending}>
              {words.sending.preview}
            </button>
          </div>
        </form>
      )}
      {error && <Problem error={error} />}
      {data && !isDone && seen === branch && (
        <>
          <p>{words.sending.holds(data.paths.length)}</p>
          <ul className="mono">
            {data.paths.map(path => (
              <li key={path}>{path}</li>
            ))}
          </ul>
          <LeftOut sent={data} />
          <p>
            <b>{data.title}</b>
          </p>
          <pre className="sent-text">{data.body}</pre>
          <div className="actions">
            <button
              type="button"
              className="button primary"
              disabled={isPending}
              onClick={() => send.mutate({ preview: false })}
            >
              {way === 'branch' ? words.sending.commit : words.sending.open}
            </button>
          </div>
        </>
      )}
    </Sheet>
  )
}

function Done({ sent }: { sent: Sent }) {
  return (
    <div role="status">
      {sent.url ? (
        <p>
          {sent.isNew ? words.sending.opened : words.sending.openAlready} <a href={sent.url}>{sent.url}</a>
        </p>
      ) : (
        <p>{words.sending.committed(sent.branch, (sent.commit ?? '').slice(0, 12))}</p>
      )}
      <LeftOut sent={sent} />
    </div>
  )
}

function LeftOut({ sent }: { sent: Sent }) {
  return sent.refused.map(({ path, problem }) => <p key={path}>{words.sending.leftOut(problem)}</p>)
}
