import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { doctorQuery, engineQuery, modelsQuery } from '../api/queries'
import type { Check } from '../api/types'
import { Glyph, type GlyphName } from '../ui/glyph'
import { Hint, Problem } from '../ui/problem'
import { useTitle } from '../ui/use-title'

const GLYPHS: Record<Check['status'], GlyphName> = { ok: 'done', warning: 'partial', failed: 'failed' }
const WORDS: Record<Check['status'], string> = { ok: 'Fine', warning: 'Limited', failed: 'Missing' }

export function SettingsPage() {
  useTitle('Settings')
  const models = useQuery(modelsQuery)
  const engine = useQuery(engineQuery)
  const doctor = useQuery(doctorQuery)
  const queue = Object.entries(engine.data?.queue ?? {}).filter(([, number]) => number > 0)
  return (
    <div className="page wide">
      <h1>Settings</h1>
      <p className="dim">
        Settings are read when the service starts: from the environment, and from .env in Testwright’s home
        folder.
      </p>

      <Part title="Models" error={models.error} pending={models.isPending}>
        {models.data?.map(({ provider, title, model, configured, reason }) => (
          <Line
            key={`${provider}/${model}`}
            glyph={configured ? 'done' : 'queued'}
            name={model ?? provider}
            detail={`${title}: ${configured ? 'ready' : (reason ?? 'not configured')}`}
          />
        ))}
        <Line
          glyph="done"
          name="explorer"
          detail="Needs no key: runs your code and writes down what it sees"
        />
      </Part>

      <Part title="Engine" error={engine.error} pending={engine.isPending}>
        {engine.data && (
          <Line
            glyph={engine.data.reachable ? 'done' : 'failed'}
            name={engine.data.engine}
            detail={[
              engine.data.reachable ? 'Answers' : 'Does not answer',
              ...(queue.length ? queue.map(([state, number]) => `${number} ${state}`) : ['nothing to do']),
            ].join(', ')}
          />
        )}
      </Part>

      <Part title="Doctor" id="doctor" error={doctor.error} pending={doctor.isPending}>
        {doctor.data?.map(({ name, status, detail, fix }) => (
          <Line
            key={name}
            glyph={GLYPHS[status]}
            word={WORDS[status]}
            name={name}
            detail={detail}
            fix={fix}
          />
        ))}
      </Part>
    </div>
  )
}

interface PartProps {
  title: string
  id?: string
  error: Error | null
  pending: boolean
  children: ReactNode
}

function Part({ title, id, error, pending, children }: PartProps) {
  return (
    <section className="part" id={id}>
      <h2>{title}</h2>
      {error && <Problem error={error} />}
      {pending ? <p className="dim">Asking…</p> : <ul className="lines">{children}</ul>}
    </section>
  )
}

interface LineProps {
  glyph: GlyphName
  word?: string
  name: string
  detail: string
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
