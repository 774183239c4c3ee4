import type { Program } from '@cufflink/contracts'
import type { Stretch } from '@cufflink/folds'
import { localDate, zoneClock } from '@cufflink/folds'
import {
  clip,
  type Deducted,
  type Piece,
  type Split,
  unionPerPatient,
  type Window,
  without,
} from '../minutes/algebra.ts'
import { billedPrograms, type RuleSet, type Settings } from '../rulesets/rule-set.ts'
import { rulesOn } from '../rulesets/select.ts'
import { credentialAt, type Enrolment, type Span } from './enrolment.ts'
import type { WorkedTime } from './worked.ts'

export type CountedTime = {
  readonly credited: readonly Piece[]
  readonly deducted: readonly Deducted[]
  readonly longStretch: boolean
  readonly longStaffDay: boolean
}

type Rules = Pick<RuleSet, 'categories' | 'credentials'> & { readonly settings: Settings }

/** A patient's time inside a window (epoch ms), by the algebra of §3, before it is summed. */
export function countTime(
  { own, mine: split, hasLongDay }: WorkedTime,
  enrolment: Enrolment,
  { rules, window }: { readonly rules: Rules; readonly window: Window },
): CountedTime {
  const { settings } = rules
  const isInside = ({ start, end }: Piece): boolean => inside(start, end, window)
  const mine = split.kept.filter(isInside)
  const lost = split.deducted.filter(isInside)
  const refused = own.refused.map(({ stretch, why }) => ({
    stretch,
    start: stretch.start,
    end: stretch.end,
    why,
  }))
  const credentialOf = credentialsOf(enrolment, rules)
  const qualified = ({ clinician, start }: Stretch): boolean =>
    credentialOf(clinician, start)?.qualified ?? false
  const standing = thatCounts(mine, { enrolment, rules, credentialOf, qualified })
  const union = unionPerPatient(standing.kept, qualified)
  const deducted = [...refused, ...lost, ...standing.deducted, ...union.deducted]
  return {
    credited: clip(union.kept, window),
    deducted: clipped(deducted, window),
    longStretch: own.stretches.some(
      ({ start, end }) => inside(start, end, window) && end - start > settings.longSessionS * 1000,
    ),
    longStaffDay: hasLongDay(window, { zone: enrolment.practiceZone, ms: settings.longStaffDayS * 1000 }),
  }
}

type Counting = {
  readonly enrolment: Enrolment
  readonly rules: Rules
  readonly credentialOf: CredentialOf
  readonly qualified: (stretch: Stretch) => boolean
}

/**
 * What may count at all, taken before a moment is given to one program and one person, so that what does not count
 * crowds out nothing: by category and credential, whatever the program; and only where these codes bill, while a consent holds and
 * not on an E/M date.
 */
function thatCounts(
  pieces: readonly Piece[],
  { enrolment, rules, credentialOf, qualified }: Counting,
): Split {
  const never = pieces.flatMap((piece): readonly Deducted[] => {
    const why = neverCounts(piece.stretch, rules, credentialOf)
    return why === undefined ? [] : [{ ...piece, why }]
  })
  const out = new Set(never.map(({ stretch }) => stretch))
  const consented = without(
    pieces.filter(({ stretch }) => !out.has(stretch)),
    gapsBetween(enrolment.consents),
    { why: 'NO_CONSENT', applies: isBilled },
  )
  const { emDay } = rules.settings
  const apart = without(consented.kept, emDay === 'allow-distinct' ? [] : visitDates(enrolment), {
    why: 'EM_DAY',
    applies: (piece) => isBilled(piece) && (emDay === 'exclude-all' || qualified(piece.stretch)),
  })
  return { kept: apart.kept, deducted: [...never, ...consented.deducted, ...apart.deducted] }
}

const isBilledProgram = (name: Program): boolean => billedPrograms.some((program) => program === name)

const isBilled = ({ stretch }: Piece): boolean => isBilledProgram(stretch.program)

/** The times in which no span holds; ms. */
function gapsBetween(spans: readonly Span[]): readonly Window[] {
  const gaps: Window[] = []
  let since = Number.NEGATIVE_INFINITY
  for (const { from, to = Number.POSITIVE_INFINITY } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from > since) gaps.push({ start: since, end: from })
    since = Math.max(since, to)
  }
  return since === Number.POSITIVE_INFINITY
    ? gaps
    : [...gaps, { start: since, end: Number.POSITIVE_INFINITY }]
}

const inside = (start: number, end: number, window: Window): boolean =>
  start < window.end && end > window.start

const clipped = (deducted: readonly Deducted[], window: Window): readonly Deducted[] =>
  deducted.flatMap((part) => {
    // what is refused may be empty or reversed: it is named by where it began
    if (part.end <= part.start) return part.start >= window.start && part.start < window.end ? [part] : []
    return clip([part], window).map((cut) => ({ ...part, ...cut }))
  })

type Credential = RuleSet['credentials'][number]

/** What a clinician's credential was at an instant (ms), by the rules. */
export type CredentialOf = (clinician: string, instant: number) => Credential | undefined

export const credentialsOf =
  (enrolment: Pick<Enrolment, 'staff' | 'credentials'>, rules: Pick<RuleSet, 'credentials'>): CredentialOf =>
  (clinician, instant) => {
    const name = credentialAt(enrolment, clinician, instant)
    return rules.credentials.find(({ credential }) => credential === name)
  }

type Staff = Pick<Enrolment, 'staff' | 'credentials' | 'practiceZone'>

/**
 * The title of a clinician's credential at an instant (ms), where one with it may order and bill E/M visits by the rules of that
 * date in the practice's zone.
 */
export function qualificationAt(
  ruleSets: readonly RuleSet[],
  staff: Staff,
  { clinician, atMs }: { readonly clinician: string; readonly atMs: number },
): string | undefined {
  const { ruleSet } = rulesOn(ruleSets, localDate(atMs, staff.practiceZone))
  const held = credentialsOf(staff, ruleSet)(clinician, atMs)
  return held?.qualified ? held.title : undefined
}

/** An unknown credential never counts; nor does an unknown category where these codes bill: other programs have their own. */
function neverCounts(
  { category: name, clinician, program, start }: Stretch,
  rules: Pick<RuleSet, 'categories'>,
  credentialOf: CredentialOf,
): 'CATEGORY_NEVER_COUNTS' | 'CREDENTIAL_NEVER_COUNTS' | undefined {
  const category = rules.categories.find((rule) => rule.category === name)
  if (!(category?.counts ?? !isBilledProgram(program))) return 'CATEGORY_NEVER_COUNTS'
  return credentialOf(clinician, start)?.counts ? undefined : 'CREDENTIAL_NEVER_COUNTS'
}

/** The dates with an E/M visit, in the practice's zone, as windows. */
function visitDates({ practiceZone, visits }: Enrolment): readonly Window[] {
  const clock = zoneClock(practiceZone)
  const days = new Set(visits.map(({ visitedAt }) => clock.dayAt(Math.floor(visitedAt / 1000))))
  return [...days].map((day) => ({ start: clock.startOf(day) * 1000, end: clock.startOf(day + 1) * 1000 }))
}
