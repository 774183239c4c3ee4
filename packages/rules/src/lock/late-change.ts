import type { FactOf } from '@cufflink/contracts'
import type { LockedLine } from '../evaluation/enrolment.ts'
import type { Evaluation } from '../evaluation/evaluate.ts'
import type { Line } from '../evaluation/line.ts'
import type { CodeRule } from '../rulesets/rule-set.ts'
import { placeOf } from '../rulesets/select.ts'

/** The data of `claim.differs`: for a person's queue. The locked line itself is never altered. */
export type LateChange = FactOf<'claim.differs'>['data']

/**
 * What a locked line would be today, when that is something else; undefined while it still stands. `evaluation` must be
 * of the locked line's own window; `codes` are those of its rule set. Units that are held for a person count as far as a person
 * has let them through before.
 */
export function lateChange(
  locked: LockedLine,
  evaluation: Evaluation,
  codes: readonly CodeRule[],
): LateChange | undefined {
  const inPlace = inPlaceOf(locked, evaluation.lines, codes)
  const standing = inPlace.find(({ status }) => status === 'supported' || status === 'final')
  const held = inPlace.find(({ status, code }) => status === 'held' && code === locked.code)
  const now = standing ?? held
  const released = Math.min(held?.units ?? 0, Math.max(0, locked.units - (standing?.units ?? 0)))
  const newUnits = (standing?.units ?? 0) + (standing && standing.code !== locked.code ? 0 : released)
  if (now?.code === locked.code && newUnits === locked.units) return undefined
  return {
    patient: evaluation.patient,
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

/** The lines of the same program, kind and window: what would be billed now in the place of a locked one. */
function inPlaceOf(locked: LockedLine, lines: readonly Line[], codes: readonly CodeRule[]): readonly Line[] {
  const old = codes.find(({ code }) => code === locked.code)
  return lines.filter(
    (line) => (line.code === locked.code || takesPlace(line, old, codes)) && isOfWindow(line, locked),
  )
}

/** A set-up belongs to its episode, wherever its dates have moved. */
const isOfWindow = (line: Line, { from, to }: LockedLine): boolean =>
  line.clock === 'episode'
    ? line.from === from || (line.locked?.from === from && line.locked.to === to)
    : line.from === from && line.to === to

function takesPlace(line: Line, old: CodeRule | undefined, codes: readonly CodeRule[]): boolean {
  const now = codes.find(({ code }) => code === line.code)
  const same = old !== undefined && now?.program === old.program && now.family === old.family
  return same && placeOf(now.role) === placeOf(old.role)
}

/** The price of a unit now; where no rate is on file, that at which it was billed. */
function priceOf(now: Line | undefined, locked: LockedLine): number {
  if (now?.amountCents !== undefined && now.units > 0) return now.amountCents / now.units
  return now?.code === locked.code && locked.units > 0 ? locked.amountCents / locked.units : 0
}
