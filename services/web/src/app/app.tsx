import { firstView, isListView } from '../worklist/list-view.ts'
import { Defect } from './defect.tsx'
import { Masthead } from './masthead.tsx'
import { usePathname } from './navigation.tsx'
import { routeOf } from './route.ts'
import { Routed } from './routed.tsx'
import { useSession } from './session/session.ts'
import { SessionGate } from './session/session-gate.tsx'
import { useDraft } from './session/use-draft.ts'
import { WorkBanner } from './timer/work-banner.tsx'
import { WorkProvider } from './timer/work-provider.tsx'

export const App = () => <SessionGate>{(onSignedOut) => <SignedIn onSignedOut={onSignedOut} />}</SessionGate>

/** What stays while pages change: who is signed in, their timer, how they look at the list. */
const SignedIn = ({ onSignedOut }: { onSignedOut: () => void }) => {
  const session = useSession()
  const pathname = usePathname()
  const route = routeOf(pathname)
  const [view, onView] = useDraft({
    name: 'list',
    address: '',
    first: () => firstView,
    isDraft: isListView,
    isBegun: (looks) => looks !== firstView,
  })
  return (
    <WorkProvider session={session}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Masthead route={route} onSignedOut={onSignedOut} />
      <WorkBanner />
      <main id="content" tabIndex={-1}>
        <Defect key={pathname}>
          <Routed {...{ session, route, view, onView }} />
        </Defect>
      </main>
    </WorkProvider>
  )
}
