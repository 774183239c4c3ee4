import {
  clip,
  type Deducted,
  disjointPerClinician,
  type Piece,
  totalMs,
  unionPerPatient,
  type Window,
  without,
} from '../minutes/algebra.ts'
import type { MinutesDocument } from '../minutes/document.ts'
import { resolveSessions, type Session } from '../minutes/sessions.ts'
import { billedPrograms, type RuleSet, type Settings } from '../rulesets/rule-set.ts'
import { zoneClock } from '../time/zone.ts'
import type { Enrolment } from './enrolment.ts'

export type MinutesInput = {
  /** The patient's own documents: the month's, the one before and the one after, in UTC. */
  readonly minutes: readonly MinutesDocument[]
  /** The parts of the patient's clinicians, from every partition; may hold this patient's stretches too. */
  readonly clinicians: readonly MinutesDocument[]
}

export type CountedTime = {
  readonly credited: readonly Piece[]
  readonly deducted: readonly Deducted[]
  readonly longSession: boolean
  readonly longStaffDay: boolean
}

/** A patient's time inside a window (epoch ms), by the algebra of §3, before it is summed. */
export function countTime(
  input: MinutesInput,
  enrolment: Enrolment,
  {
    rules,
    window,
    asOf,
  }: {
    readonly rules: Pick<RuleSet, 'categories' | 'credentials'> & { readonly settings: Settings }
    readonly window: Window
    readonly asOf: number
  },
): CountedTime {
  const { settings } = rules
  const own = resolveSessions(input.minutes, asOf)
  const others = otherSessions(input.clinicians, enrolment.patient, asOf)
  const disjoint = disjointPerClinician([...own.sessions, ...others])
  const mine = disjoint.kept.filter(({ session }) => session.patient === enrolment.patient)
  const deducted: Deducted[] = own.refused.map(({ session, why }) => ({
    session,
    start: session.start,
    end: session.end,
    why,
  }))
  deducted.push(...disjoint.deducted.filter(({ session }) => session.patient === enrolment.patient))
  const credentialOf = credentialsOf(enrolment, rules)
  const counting = mine.filter((piece) => {
    const why = neverCounts(piece.session, rules, credentialOf)
    if (why) deducted.push({ ...piece, why })
    return why === undefined
  })
  const qualified = (clinician: string): boolean => credentialOf(clinician)?.qualified ?? false
  const union = unionPerPatient(counting, qualified)
  const visits = visitDates(enrolment, settings)
  const outside = without(clip(union.kept, window), visits, ({ session }) =>
    settings.emDay === 'exclude-all' ? true : qualified(session.clinician),
  )
  return {
    credited: outside.kept,
    deducted: [...clipped([...deducted, ...union.deducted], window), ...outside.deducted],
    longSession: own.sessions.some(
      ({ start, end }) => inside(start, end, window) && end - start > settings.longSessionS * 1000,
    ),
    longStaffDay: hasLongDay(disjoint.kept, own.sessions, { enrolment, settings, window }),
  }
}

const inside = (start: number, end: number, window: Window): boolean =>
  start < window.end && end > window.start

const clipped = (deducted: readonly Deducted[], window: Window): readonly Deducted[] =>
  deducted.flatMap((part) => {
    // what is refused may be empty or reversed: it is named by where it began
    if (part.end <= part.start) return part.start >= window.start && part.start < window.end ? [part] : []
    return clip([part], window).map((cut) => ({ ...part, ...cut }))
  })

function otherSessions(
  documents: readonly MinutesDocument[],
  patient: string,
  asOf: number,
): readonly Session[] {
  return resolveSessions(documents, asOf).sessions.filter((session) => session.patient !== patient)
}

type Credential = RuleSet['credentials'][number]

export function credentialsOf(
  enrolment: Enrolment,
  rules: Pick<RuleSet, 'credentials'>,
): (clinician: string) => Credential | undefined {
  return (clinician) => {
    const name = enrolment.staff.get(clinician)
    return rules.credentials.find(({ credential }) => credential === name)
  }
}

/** Categories and credentials only matter where these codes bill; other programs compete for the minute as they are. */
function neverCounts(
  session: Session,
  rules: Pick<RuleSet, 'categories'>,
  credentialOf: (clinician: string) => Credential | undefined,
): 'CATEGORY_NEVER_COUNTS' | 'CREDENTIAL_NEVER_COUNTS' | undefined {
  if (!billedPrograms.some((program) => program === session.program)) return undefined
  const category = rules.categories.find((rule) => rule.category === session.category)
  if (!category?.counts) return 'CATEGORY_NEVER_COUNTS'
  return credentialOf(session.clinician)?.counts ? undefined : 'CREDENTIAL_NEVER_COUNTS'
}

/** The dates with an E/M visit, in the practice's zone, as windows. */
function visitDates(enrolment: Enrolment, settings: Settings): readonly Window[] {
  if (settings.emDay === 'allow-distinct') return []
  const clock = zoneClock(enrolment.practiceZone)
  const days = new Set(enrolment.visits.map(({ visitedAt }) => clock.dayAt(Math.floor(visitedAt / 1000))))
  return [...days].map((day) => ({ start: clock.startOf(day) * 1000, end: clock.startOf(day + 1) * 1000 }))
}

type StaffDays = { readonly enrolment: Enrolment; readonly settings: Settings; readonly window: Window }

/** Whether a clinician of this patient has, over all patients, more than the limit on one date of the window. */
function hasLongDay(
  kept: readonly Piece[],
  own: readonly Session[],
  { enrolment, settings, window }: StaffDays,
): boolean {
  const clock = zoneClock(enrolment.practiceZone)
  const clinicians = new Set(own.map(({ clinician }) => clinician))
  const perDay = new Map<string, Piece[]>()
  for (const piece of clip(kept, window)) {
    if (!clinicians.has(piece.session.clinician)) continue
    const key = `${piece.session.clinician} ${clock.dayAt(Math.floor(piece.start / 1000))}`
    perDay.set(key, [...(perDay.get(key) ?? []), piece])
  }
  return [...perDay.values()].some((pieces) => totalMs(pieces) > settings.longStaffDayS * 1000)
}
