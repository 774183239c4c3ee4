import type { OperationName, Session } from '@cufflink/contracts'
import { type Operation, operations } from '@cufflink/contracts/operations'
import { createContext, useContext } from 'react'

/** Who is signed in, for everything that is shown to them. */
export const SessionContext = createContext<Session | undefined>(undefined)

/** The person who is signed in; only within pages that ask for a sign-in first. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('useSession outside of a session')
  return session
}

/** Whether the person may do something: the console's own table says who may. */
export const mayDo = ({ roles }: Pick<Session, 'roles'>, operation: OperationName): boolean => {
  const { access }: Operation = operations[operation]
  return typeof access === 'string' || roles.some((role) => access.includes(role))
}
