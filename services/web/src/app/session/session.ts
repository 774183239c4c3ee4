import type { Role, Session } from '@cufflink/contracts'
import { createContext, useContext } from 'react'

/** Who is signed in, for everything that is shown to them. */
export const SessionContext = createContext<Session | undefined>(undefined)

/** The person who is signed in; only within pages that ask for a sign-in first. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('useSession outside of a session')
  return session
}

export const hasRole = (session: Session, ...roles: readonly Role[]): boolean =>
  roles.some((role) => session.roles.includes(role))
