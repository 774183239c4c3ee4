import { findSession, type MinutesDocument, type SessionEntry } from '@cufflink/folds'

/** The id of a timer's session: made from its beginning (ms), so that it need not be kept. One clinician starts one timer at a time. */
export const sessionOfTimer = (startedAt: number): string => `t-${startedAt.toString(36)}`

/** A clinician's stretch of this id: two clinicians whose timers began in the same millisecond have one id. */
export const findOwn = (
  documents: readonly MinutesDocument[],
  { clinician, session, startedAt }: { clinician: string; session: string; startedAt: number },
): SessionEntry | undefined => {
  const own = documents.map((document) => ({
    ...document,
    sessions: document.sessions.filter((entry) => entry.clinician === clinician),
  }))
  return findSession(own, session, startedAt)
}
