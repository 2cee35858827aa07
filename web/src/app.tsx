import type { ReactNode } from 'react'
import { Link, Route, Switch, useRoute } from 'wouter'
import { GeneratePage } from './generate/generate-page'
import { SessionPage } from './session/session-page'
import { SessionsPage } from './sessions/sessions-page'
import { SettingsPage } from './settings/settings-page'
import { ThemeSwitch } from './ui/theme-switch'

export function App() {
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Testwright
        </Link>
        <nav aria-label="Main">
          <NavLink href="/">Generate</NavLink>
          <NavLink href="/sessions" below="/sessions/:id">
            Sessions
          </NavLink>
          <NavLink href="/settings">Settings</NavLink>
        </nav>
        <span className="grow" />
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/" component={GeneratePage} />
          <Route path="/sessions" component={SessionsPage} />
          <Route path="/sessions/:id">{({ id }) => <SessionPage key={id} sessionId={id} />}</Route>
          <Route path="/settings" component={SettingsPage} />
          <Route>
            <div className="page">
              <h1>There is nothing at this address</h1>
              <p>
                <Link href="/">Generate tests</Link> or see <Link href="/sessions">all sessions</Link>.
              </p>
            </div>
          </Route>
        </Switch>
      </main>
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
