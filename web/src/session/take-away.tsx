import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/client'
import { sessionAddress, sessionQuery } from '../api/queries'
import type { Applied, SessionDetail } from '../api/types'
import { Problem } from '../ui/problem'
import { words } from '../words'
import { Send, type Way } from './send'

const APPLY = 'apply'
const UNDO = 'apply/undo'

/** The session's suites, all that nobody rejected: as a download, or into the folder they were made for and back. */
export function TakeAway({ detail }: { detail: SessionDetail }) {
  const queryClient = useQueryClient()
  const { sessionId } = detail
  const [way, setWay] = useState<Way | null>(null)
  const deed = useMutation({
    mutationFn: (deed: typeof APPLY | typeof UNDO) =>
      call<Applied>('POST', `${sessionAddress(sessionId)}/${deed}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionQuery(sessionId).queryKey }),
  })
  const address = `/api${sessionAddress(sessionId)}/export`
  return (
    <section aria-label={words.takeAway.title}>
      <div className="actions take-away">
        {detail.hasFolder && (
          <button
            type="button"
            className="button"
            disabled={deed.isPending}
            title={words.takeAway.applyHint}
            onClick={() => deed.mutate(APPLY)}
          >
            {words.takeAway.apply}
          </button>
        )}
        {detail.applied.length > 0 && (
          <button
            type="button"
            className="button"
            disabled={deed.isPending}
            onClick={() => deed.mutate(UNDO)}
          >
            {words.takeAway.undo(detail.applied.length)}
          </button>
        )}
        {detail.hasFolder && (
          <button type="button" className="button" onClick={() => setWay('branch')}>
            {words.takeAway.branch}
          </button>
        )}
        {(detail.hasFolder || detail.pin?.startsWith('sha256:') === false) && (
          <button type="button" className="button" onClick={() => setWay('pull-request')}>
            {words.takeAway.pullRequest}
          </button>
        )}
        <a className="button" href={`${address}?format=zip`} download>
          {words.takeAway.zip}
        </a>
        <a className="button" href={`${address}?format=patch`} download title={words.takeAway.patchHint}>
          {words.takeAway.patch}
        </a>
      </div>
      {detail.changedSince?.length > 0 && (
        <p className="now">{words.takeAway.changedSince(detail.changedSince.join(', '))}</p>
      )}
      {way && <Send sessionId={sessionId} way={way} onClose={() => setWay(null)} />}
      {deed.error ? (
        <Problem error={deed.error} />
      ) : (
        deed.data && <Outcome outcome={deed.data} undone={deed.variables === UNDO} />
      )}
    </section>
  )
}

export function Outcome({ outcome, undone }: { outcome: Applied; undone: boolean }) {
  const { changed, unchanged, refused, overtaken = [] } = outcome
  const { written, takenBack, already } = words.takeAway
  const said = [
    changed.length > 0 && (undone ? takenBack : written)(changed.length, changed.join(', ')),
    unchanged.length > 0 && already(unchanged.join(', ')),
  ].filter(Boolean)
  return (
    <div role="status">
      {said.length > 0 && <p className="now">{said.join('; ')}</p>}
      {overtaken.map(path => (
        <p key={path}>{words.takeAway.overtaken(path)}</p>
      ))}
      {refused.map(({ path, problem, hint }) => (
        <Problem key={path} error={{ message: words.takeAway.refused(problem), hint: hint ?? undefined }} />
      ))}
    </div>
  )
}
