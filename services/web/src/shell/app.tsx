import { OpsPage } from '../ops/ops-page.tsx'
import { PracticePage } from '../practice/practice-page.tsx'
import { PracticesPage } from '../practice/practices-page.tsx'
import { Defect } from './defect.tsx'
import { Link, usePathname } from './navigation.tsx'
import { Notice } from './notice.tsx'
import { Page } from './page.tsx'
import type { Route } from './route.ts'
import { routeOf } from './route.ts'

export const App = () => {
  const pathname = usePathname()
  const route = routeOf(pathname)
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="masthead">
        <Link to="/" className="brand">
          <Mark />
          Cufflink
        </Link>
        <nav aria-label="Pages">
          <Link to="/" current={route.page === 'practices' || route.page === 'practice'}>
            Patients
          </Link>
          <Link to="/ops" current={route.page === 'ops'}>
            Operations
          </Link>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <Defect key={pathname}>
          <Routed route={route} />
        </Defect>
      </main>
    </>
  )
}

const Routed = ({ route }: { route: Route }) => {
  switch (route.page) {
    case 'practices':
      return <PracticesPage />
    case 'practice':
      return <PracticePage key={route.practice} practice={route.practice} />
    case 'ops':
      return <OpsPage />
    case 'unknown':
      return (
        <Page title="Not found">
          <Notice heading="There is nothing at this address">
            Go to <Link to="/">the patients</Link> or to <Link to="/ops">operations</Link>.
          </Notice>
        </Page>
      )
  }
}

const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="9.5" cy="16" r="6" />
    <circle cx="22.5" cy="16" r="6" className="mark-full" />
  </svg>
)
