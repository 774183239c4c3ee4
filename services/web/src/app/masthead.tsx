import { Mark } from '../ui/mark.tsx'
import { serverNow } from '../ui/time/clock.ts'
import { addMonths, localMonth } from '../ui/time/month.ts'
import { useNow } from '../ui/time/use-now.ts'
import { Link } from './navigation.tsx'
import type { Route } from './route.ts'
import { pagesOf } from './route.ts'
import { PersonMenu } from './session/person-menu.tsx'
import { useSession } from './session/session.ts'
import { TimerWidget } from './timer/timer-widget.tsx'
import { useWork } from './timer/work.ts'

type MastheadProps = { route: Route; onSignedOut: () => void }

export const Masthead = ({ route, onSignedOut }: MastheadProps) => (
  <header className="masthead">
    <Link to="/" className="brand">
      <Mark />
      Cufflink
    </Link>
    <Pages route={route} />
    <TimerWidget />
    <PersonMenu onSignedOut={onSignedOut} />
  </header>
)

/** The pages that the person's roles allow. A chart belongs to the patients. */
const Pages = ({ route }: { route: Route }) => {
  const session = useSession()
  const current = route.page === 'chart' ? 'practice' : route.page
  return (
    <nav aria-label="Pages">
      {pagesOf(session, usePreviousMonth()).map(({ page, name, path }) => (
        <Link key={page} to={path} current={page === current}>
          {name}
        </Link>
      ))}
    </nav>
  )
}

/** The month to be closed: the calendar month before the practice's own, by its clock where that is known. */
const usePreviousMonth = (): string => {
  const { zone } = useSession().practice
  const clock = useWork()?.clock
  const wallMs = useNow()
  const now = clock === undefined ? wallMs : serverNow(clock, performance.now())
  return addMonths(localMonth(now, zone), -1)
}
