import {
  enrolmentOf,
  isWatched,
  type LineName,
  medicare,
  type Role,
  rulesOn,
  standingClaims,
  zoneAt,
} from '@cufflink/billing'
import { type Practice } from '@cufflink/charts'
import type { Fact } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { localDate } from '@cufflink/folds'

/** What a change may alter of a patient: the lines that have a date in this span (ms). */
export type Touch = {
  readonly patient: string
  readonly start: number
  /** Exclusive; absent where the change holds from its start on. */
  readonly end?: number
  /** `time`: only what is billed with minutes and a conversation; `days`: only what lies in the patient's own dates. */
  readonly lines?: 'time' | 'days'
  /** Whose time is taken away: what of it lies over that with another patient trimmed that. */
  readonly clinician?: string
}

/** What a fact may alter, and those that it corrects: they hold no longer. */
export const touchesOf = (...facts: readonly Fact[]): readonly Touch[] => facts.flatMap(touchedBy)

/** A fact that is not named here alters no line, or is looked at by its command. */
function touchedBy({ type, data }: Fact): readonly Touch[] {
  const { patient } = data as { readonly patient: string }
  switch (type) {
    case 'time.entered':
      return [{ patient, start: data.startedAt, end: data.until, lines: 'time' }]
    case 'time.amended':
      return [{ patient, start: data.from, end: data.until, lines: 'time', clinician: data.clinician }]
    case 'interaction.recorded':
      // No line is billed with an attempt.
      return data.reached === 'nobody'
        ? []
        : [{ patient, start: data.startedAt, end: data.endedAt, lines: 'time' }]
    case 'visit.recorded':
      return [{ patient, start: data.visitedAt, end: data.visitedAt + 1, lines: 'time' }]
    case 'consent.recorded':
      return [{ patient, start: data.consentedAt }]
    case 'consent.withdrawn':
      return [{ patient, start: data.withdrawnAt }]
    case 'order.recorded':
      return [{ patient, start: data.orderedAt }]
    case 'episode.opened':
      return [{ patient, start: data.openedAt }]
    case 'episode.closed': {
      const died = 'died' in data && data.died !== undefined ? Date.parse(`${data.died}T12:00Z`) : Infinity
      return [{ patient, start: Math.min(data.closedAt, died) }]
    }
    case 'set-up.done':
      return [{ patient, start: data.doneAt, lines: 'days' }]
    case 'patient.moved':
      return [{ patient, start: data.from, lines: 'days' }]
    default:
      return []
  }
}

/** A patient of a practice: the file, and what was billed that may still be asked back. */
export type BilledPatient = {
  readonly practice: Pick<Practice, 'id' | 'zone' | 'facts'>
  readonly patient: string
  readonly today: string
  readonly file: FactList
  readonly claims: FactList
}

/** Whether a line of the patient stands locked that a change may alter. */
export function isLocked(
  { practice, patient, today, file, claims }: BilledPatient,
  touches: readonly Touch[],
): boolean {
  const enrolment = enrolmentOf([...practice.facts, ...file], {
    tenant: practice.id,
    patient,
    asOf: Number.POSITIVE_INFINITY,
    file: { models: [], staff: new Map(), established: true },
  })
  const isTouched = ({ code, from, to }: LineName, { start, end, lines }: Touch): boolean => {
    const role = roleOf(code)
    if (lines !== undefined && role !== undefined && !rolesOf[lines].includes(role)) return false
    // Minutes are counted in the practice's months, days where the patient is at home.
    const dateOf = (ms: number): string =>
      localDate(ms, role?.startsWith('time') ? practice.zone : zoneAt(enrolment, Math.floor(ms / 1000)))
    return dateOf(start) <= to && (end === undefined || from <= dateOf(Math.max(start, end - 1)))
  }
  return standingClaims(claims).some(
    (claim) => isWatched(claim, today) && touches.some((touch) => isTouched(claim, touch)),
  )
}

const rolesOf: Readonly<Record<NonNullable<Touch['lines']>, readonly Role[]>> = {
  time: ['time-low', 'time-base', 'time-step', 'physician'],
  days: ['setup', 'device-low', 'device-high', 'physician'],
}

/** What a code pays for; unknown of one that no rule set has any more, which may be billed with anything. */
const roleOf = (code: string): Role | undefined =>
  rulesOn(medicare, '9999-12-31').ruleSet.codes.find((rule) => rule.code === code)?.role
