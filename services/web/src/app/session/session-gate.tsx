import type { ReactNode } from 'react'
import { Notice } from '../../ui/notice.tsx'
import { SessionContext } from './session.ts'
import { SignInPage } from './sign-in-page.tsx'
import { useSessionState } from './use-session-state.ts'

type SessionGateProps = { children: (signOut: () => void) => ReactNode }

/** Shows its children to a person who is signed in, and everyone else the sign-in, at the same address. */
export const SessionGate = ({ children }: SessionGateProps) => {
  const [state, dispatch] = useSessionState()
  switch (state.phase) {
    case 'asking':
      return state.reason === undefined ? null : (
        <main>
          <Notice heading="Not connected" tone="warning">
            <p role="status">The server cannot be reached. Trying again by itself.</p>
          </Notice>
        </main>
      )
    case 'signed out':
      return <SignInPage over={state.over} onSignedIn={(session) => dispatch({ type: 'told', session })} />
    case 'signed in':
      // Another person begins with nothing of the one before.
      return (
        <SessionContext key={state.session.user} value={state.session}>
          {children(() => dispatch({ type: 'signed out' }))}
        </SessionContext>
      )
  }
}
