import type { Session } from '@cufflink/contracts'

/** `over`: someone was signed in here, and is no longer, without having signed out here. */
export type SessionState =
  | { readonly phase: 'asking'; readonly reason?: string }
  | { readonly phase: 'signed out'; readonly over: boolean }
  | { readonly phase: 'signed in'; readonly session: Session }

export type SessionEvent =
  | { readonly type: 'told'; readonly session: Session }
  | { readonly type: 'nobody' }
  | { readonly type: 'unanswered'; readonly reason: string }
  | { readonly type: 'signed out' }

export const initialSession: SessionState = { phase: 'asking' }

/** Returns the same state when the event changes nothing. What cannot be asked leaves who is signed in where they are. */
export const evolveSession = (state: SessionState, event: SessionEvent): SessionState => {
  switch (event.type) {
    case 'told':
      return state.phase === 'signed in' && isSame(state.session, event.session)
        ? state
        : { phase: 'signed in', session: event.session }
    case 'nobody':
      return state.phase === 'signed out' ? state : { phase: 'signed out', over: state.phase === 'signed in' }
    case 'unanswered':
      return state.phase === 'asking' ? { phase: 'asking', reason: event.reason } : state
    case 'signed out':
      return { phase: 'signed out', over: false }
  }
}

const isSame = (a: Session, b: Session): boolean => JSON.stringify(a) === JSON.stringify(b)
