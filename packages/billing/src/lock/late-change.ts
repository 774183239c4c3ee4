import type { FactOf } from '@cufflink/contracts'
import type { LockedLine } from '../evaluation/enrolment.ts'
import { linesInPlaceOf } from '../evaluation/evaluate.ts'
import type { Line } from '../evaluation/lines/line.ts'
import { takesPlace } from '../evaluation/locks.ts'
import type { PatientInput } from '../evaluation/patient.ts'

/** The data of `claim.differs`: for a person's queue. The locked line itself is never altered. */
export type LateChange = FactOf<'claim.differs'>['data']

/**
 * What a line of `input.enrolment.locked` would be today in its own window, when that is something else; undefined while it still
 * stands. Units that are held for a person count as far as a person has let them through before.
 */
export function lateChange(input: PatientInput, locked: LockedLine): LateChange | undefined {
  const inPlace = inPlaceOf(input, locked)
  const standing = inPlace.find(({ status }) => status === 'supported' || status === 'final')
  const held = inPlace.find(({ status, code }) => status === 'held' && code === locked.code)
  const now = standing ?? held
  const released = Math.min(held?.units ?? 0, Math.max(0, locked.units - (standing?.units ?? 0)))
  const newUnits = (standing?.units ?? 0) + (standing && standing.code !== locked.code ? 0 : released)
  if (now?.code === locked.code && newUnits === locked.units) return undefined
  return {
    patient: input.enrolment.patient,
    kind: 'LATE_CHANGE',
    from: locked.from,
    to: locked.to,
    oldCode: locked.code,
    ...(now && { newCode: now.code }),
    oldUnits: locked.units,
    newUnits,
    differenceCents: newUnits * priceOf(now, locked) - locked.amountCents,
  }
}

/** What would be billed now in the place of a locked line: of the same window, program, family and kind. */
function inPlaceOf(input: PatientInput, locked: LockedLine): readonly Line[] {
  return linesInPlaceOf(input, locked).filter(({ code }) => takesPlace(input.ruleSets, code, locked.code))
}

/** The price of a unit now; where no rate is on file, that at which it was billed. */
function priceOf(now: Line | undefined, locked: LockedLine): number {
  if (now?.amountCents !== undefined && now.units > 0) return now.amountCents / now.units
  return now?.code === locked.code && locked.units > 0 ? locked.amountCents / locked.units : 0
}
