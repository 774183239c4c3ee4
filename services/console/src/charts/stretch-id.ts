import { findStretch, type MinutesDocument, type StretchEntry } from '@cufflink/folds'

/** The id of a timer's stretch: made from its beginning (ms), so that it need not be kept. One clinician starts one timer at a time. */
export const stretchOfTimer = (startedAt: number): string => `t-${startedAt.toString(36)}`

/** A clinician's stretch of this id: two clinicians whose timers began in the same millisecond have one id. */
export const findOwn = (
  documents: readonly MinutesDocument[],
  { clinician, session, startedAt }: { clinician: string; session: string; startedAt: number },
): StretchEntry | undefined => {
  const own = documents.map((document) => ({
    ...document,
    stretches: document.stretches.filter((entry) => entry.clinician === clinician),
  }))
  return findStretch(own, session, startedAt)
}
