import type { FactOf } from '@cufflink/contracts'
import type { LockedLine } from '../evaluation/enrolment.ts'
import type { Evaluation } from '../evaluation/evaluate.ts'
import type { Line } from '../evaluation/line.ts'
import type { CodeRule, Role } from '../rulesets/rule-set.ts'

/** The data of `claim.differs`: for a person's queue. The locked line itself is never altered. */
export type LateChange = FactOf<'claim.differs'>['data']

/**
 * What a locked line would be today, when that is something else; undefined while it still stands. `evaluation` must be
 * of the locked line's own window; `codes` are those of its rule set.
 */
export function lateChange(
  locked: LockedLine,
  evaluation: Evaluation,
  codes: readonly CodeRule[],
): LateChange | undefined {
  const now = standing(locked, evaluation.lines, codes)
  const newUnits = now?.units ?? 0
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
    differenceCents: (now?.amountCents ?? 0) - locked.amountCents,
  }
}

/** The line that would be billed now in the place of a locked one: of the same program, kind and window. */
function standing(locked: LockedLine, lines: readonly Line[], codes: readonly CodeRule[]): Line | undefined {
  const old = codes.find(({ code }) => code === locked.code)
  return lines.find(
    (line) =>
      (line.code === locked.code || (old !== undefined && takesPlaceOf(line, old, codes))) &&
      line.from === locked.from &&
      (line.clock === 'episode' || line.to === locked.to) &&
      (line.status === 'supported' || line.status === 'final'),
  )
}

/** Low and high device codes take each other's place, and so do the short and the full first time code. */
function takesPlaceOf(line: Line, old: CodeRule, codes: readonly CodeRule[]): boolean {
  const now = codes.find(({ code }) => code === line.code)
  const same = now?.program === old.program && now.family === old.family
  return same && placeOf(now.role) === placeOf(old.role)
}

const placeOf = (role: Role): string =>
  role.startsWith('device') ? 'device' : role === 'time-low' || role === 'time-base' ? 'first time' : role
