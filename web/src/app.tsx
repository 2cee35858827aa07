import { type ReactNode, useEffect, useState } from 'react'
import { Link, Route, Switch, useRoute } from 'wouter'
import { GeneratePage } from './generate/generate-page'
import { RepositoriesPage } from './repositories/repositories-page'
import { RepositoryPage } from './repositories/repository-page'
import { ReviewPage } from './review/review-page'
import { SessionPage } from './session/session-page'
import { SessionsPage } from './sessions/sessions-page'
import { SettingsPage } from './settings/settings-page'
import { KeySheet } from './ui/key-sheet'
import { listenForKeys, useKeys } from './ui/keys'
import { Palette } from './ui/palette'
import { ThemeSwitch } from './ui/theme-switch'
import { words } from './words'

export function App() {
  useEffect(listenForKeys, [])
  const [sheet, setSheet] = useState<'palette' | 'keys' | null>(null)
  const close = () => setSheet(null)
  useKeys({ '?': { label: words.keys.help, run: () => setSheet('keys') } })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setSheet(shown => (shown === 'palette' ? null : 'palette'))
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  }, [])
  return (
    <>
      <a className="skip" href="#main">
        {words.app.skip}
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Testwright
        </Link>
        <nav aria-label={words.app.main}>
          <NavLink href="/">{words.app.generate}</NavLink>
          <NavLink href="/sessions" below="/sessions/:id/*?">
            {words.app.sessions}
          </NavLink>
          <NavLink href="/repositories" below="/repositories/:id">
            {words.app.repositories}
          </NavLink>
          <NavLink href="/settings">{words.app.settings}</NavLink>
        </nav>
        <span className="grow" />
        <button type="button" className="quiet find-button" onClick={() => setSheet('palette')}>
          {words.app.find} <kbd>⌘K</kbd>
        </button>
        <button type="button" className="quiet" onClick={() => setSheet('keys')}>
          {words.app.keys} <kbd>?</kbd>
        </button>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/" component={GeneratePage} />
          <Route path="/sessions" component={SessionsPage} />
          <Route path="/sessions/:id">{({ id }) => <SessionPage key={id} sessionId={id} />}</Route>
          <Route path="/repositories" component={RepositoriesPage} />
          <Route path="/repositories/:id">{({ id }) => <RepositoryPage key={id} repositoryId={id} />}</Route>
          <Route path="/sessions/:id/review">{({ id }) => <ReviewPage key={id} sessionId={id} />}</Route>
          <Route path="/settings" component={SettingsPage} />
          <Route>
            <div className="page">
              <h1>{words.app.nowhere}</h1>
              <p>
                <Link href="/">{words.app.nowhereElse}</Link> {words.app.nowhereOr}{' '}
                <Link href="/sessions">{words.app.allSessions}</Link>.
              </p>
            </div>
          </Route>
        </Switch>
      </main>
      {sheet === 'palette' && <Palette onClose={close} />}
      {sheet === 'keys' && <KeySheet onClose={close} />}
    </>
  )
}

function NavLink({ href, below, children }: { href: string; below?: string; children: ReactNode }) {
  const [here] = useRoute(href)
  const [inside] = useRoute(below ?? href)
  return (
    <Link href={href} aria-current={here ? 'page' : inside ? 'true' : undefined}>
      {children}
    </Link>
  )
}
