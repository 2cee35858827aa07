import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { doctorQuery, engineQuery, modelsQuery, spendingQuery } from '../api/queries'
import type { Check, Spending } from '../api/types'
import { Glyph, type GlyphName } from '../ui/glyph'
import { KeySwitch } from '../ui/key-sheet'
import { Hint, Problem } from '../ui/problem'
import { useTitle } from '../ui/use-title'
import { words } from '../words'
import { money } from '../words/figures'

const GLYPHS: Record<Check['status'], GlyphName> = { ok: 'done', warning: 'partial', failed: 'failed' }

export function SettingsPage() {
  useTitle(words.app.settings)
  const models = useQuery(modelsQuery)
  const engine = useQuery(engineQuery)
  const spending = useQuery(spendingQuery)
  const doctor = useQuery(doctorQuery)
  const dashboard = engine.data?.details?.dashboard
  const queue = Object.entries(engine.data?.queue ?? {}).filter(([, number]) => number > 0)
  return (
    <div className="page wide">
      <h1>{words.app.settings}</h1>
      <p className="dim">{words.settings.whence}</p>

      <Part title={words.settings.models} error={models.error} pending={models.isPending}>
        {models.data?.map(({ provider, title, model, configured, reason }) => (
          <Line
            key={`${provider}/${model}`}
            glyph={configured ? 'done' : 'queued'}
            name={model ?? provider}
            detail={words.settings.provider(
              title,
              configured ? words.settings.ready : (reason ?? words.settings.notSet),
            )}
          />
        ))}
        <Line glyph="done" name={words.settings.explorer} detail={words.settings.explorerDoes} />
      </Part>

      <Part title={words.settings.budget} error={spending.error} pending={spending.isPending}>
        {spending.data && <Budget spending={spending.data} />}
      </Part>

      <Part title={words.settings.engine} error={engine.error} pending={engine.isPending}>
        {engine.data && (
          <Line
            glyph={engine.data.reachable ? 'done' : 'failed'}
            name={engine.data.engine}
            detail={[
              engine.data.reachable ? words.settings.answers : words.settings.silent,
              ...(queue.length
                ? queue.map(([state, number]) => words.settings.queue(number, state))
                : [words.settings.idle]),
            ].join(', ')}
          />
        )}
        {typeof dashboard === 'string' && (
          <Line
            glyph="done"
            name={words.settings.dashboard}
            detail={
              <a href={dashboard} target="_blank" rel="noreferrer">
                {dashboard}
              </a>
            }
          />
        )}
      </Part>

      <Part
        title={words.settings.doctor}
        id="doctor"
        error={doctor.error}
        pending={doctor.isPending}
        onAgain={() => void doctor.refetch()}
        busy={doctor.isFetching}
      >
        {doctor.data?.map(({ name, status, detail, fix }) => (
          <Line
            key={name}
            glyph={GLYPHS[status]}
            word={words.settings.checks[status]}
            name={name}
            detail={detail}
            fix={fix}
          />
        ))}
      </Part>

      <section className="part">
        <h2>{words.keys.title}</h2>
        <KeySwitch />
      </section>
    </div>
  )
}

function Budget({ spending: { spentUsd, underWayUsd, dayUsd, gainUsd } }: { spending: Spending }) {
  const spent = words.settings.spent(money(spentUsd), dayUsd === null ? null : money(dayUsd))
  const held = underWayUsd > 0 ? words.settings.underWay(money(underWayUsd)) : ''
  const isOver = dayUsd !== null && spentUsd >= dayUsd
  return (
    <>
      <Line glyph={isOver ? 'partial' : 'done'} name={words.settings.today} detail={spent + held} />
      <Line glyph="done" name={words.settings.session} detail={words.settings.sessionLimit} />
      {gainUsd !== null && (
        <Line glyph="done" name={words.settings.gain} detail={words.settings.gainLimit(money(gainUsd))} />
      )}
    </>
  )
}

interface PartProps {
  title: string
  id?: string
  error: Error | null
  pending: boolean
  /** Where asking again may find something else. */
  onAgain?: () => void
  busy?: boolean
  children: ReactNode
}

function Part({ title, id, error, pending, onAgain, busy, children }: PartProps) {
  return (
    <section className="part" id={id}>
      <div className="head-line">
        <h2>{title}</h2>
        {onAgain && (
          <button type="button" className="button small" disabled={busy} onClick={onAgain}>
            {busy ? words.settings.asking : words.settings.again}
          </button>
        )}
      </div>
      {error && <Problem error={error} />}
      {pending ? <p className="dim">{words.settings.asking}</p> : <ul className="lines">{children}</ul>}
    </section>
  )
}

interface LineProps {
  glyph: GlyphName
  word?: string
  name: string
  detail: ReactNode
  fix?: string | null
}

function Line({ glyph, word, name, detail, fix }: LineProps) {
  return (
    <li>
      <Glyph name={glyph} />
      <b>{name}</b>
      <div className="detail">
        {word && <span className="hidden-label">{word}: </span>}
        {detail}
        {fix && <Hint>{fix}</Hint>}
      </div>
    </li>
  )
}
