import type { Mark, MinutesDocument, Outcome } from '@cufflink/folds'
import type { TimeEvidence } from './lines/line.ts'
import type { CredentialOf } from './month.ts'

type Talk = {
  readonly minimumMs: number
  readonly asOf: number
  readonly knownAt?: number | undefined
  readonly credentialOf: CredentialOf
}

/**
 * Interactive communications: someone whose time counts reached someone, for long enough, inside the window. One that
 * ends later than it was written has not taken place.
 */
export function conversationsIn(
  documents: readonly MinutesDocument[],
  window: { readonly start: number; readonly end: number },
  { minimumMs, asOf, knownAt = asOf, credentialOf }: Talk,
): TimeEvidence['conversations'] {
  const known = (mark: Mark | undefined): mark is Mark =>
    mark !== undefined && mark.recordedMinute * 60_000 <= knownAt
  return documents.flatMap(({ interactions }) =>
    interactions.flatMap(({ startedAt, recorded, voided }) => {
      if (recorded === undefined || !known(recorded) || known(voided)) return []
      const { clinician, mode, direction, reached, outcome, endedAt, recordedMinute, offset } = recorded
      const counts =
        endedAt - startedAt >= minimumMs &&
        endedAt <= Math.min(asOf, recordedMinute * 60_000 + 59_999) &&
        startedAt >= window.start &&
        startedAt < window.end &&
        reached !== 'nobody' &&
        isTalk(outcome) &&
        credentialOf(clinician, startedAt)?.counts === true
      const what = outcome === undefined ? {} : { outcome }
      return counts ? [{ startedAt, endedAt, clinician, mode, direction, reached, ...what, offset }] : []
    }),
  )
}

/** A conversation that was cut off took place, for as long as it lasted; a message left, or a refusal, is none. */
const isTalk = (outcome: Outcome | undefined): boolean =>
  outcome === undefined || outcome === 'talked' || outcome === 'cut-off'
