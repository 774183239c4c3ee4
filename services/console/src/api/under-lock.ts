import {
  enrolmentOf,
  isWatched,
  type LineName,
  medicare,
  type Role,
  rulesOn,
  type Span,
  sharingWith,
  standingClaims,
  watchedYears,
  zoneAt,
} from '@cufflink/billing'
import { type Fact, failure } from '@cufflink/contracts'
import { localDate, monthsBetween } from '@cufflink/folds'
import type { Commands } from './commands.ts'

const DAY_MS = 86_400_000

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

type Read = Pick<Commands, 'practices' | 'documents' | 'clock'>
type Asked = { readonly params: { readonly practice: string }; readonly acknowledgeLocked: boolean }

/**
 * Saves a fact that a locked line may stand on, or on those that it corrects.
 * @throws {CufflinkError} TIME_LOCKED, as `requireUnlocked`, and what `save` throws
 */
export async function saveUnlocked(
  commands: Read & Pick<Commands, 'save'>,
  asked: Asked,
  fact: Fact,
  ...corrected: readonly Fact[]
): Promise<void> {
  await requireUnlocked(commands, asked, touchesOf(fact, ...corrected))
  await commands.save(fact)
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

/**
 * @throws {CufflinkError} TIME_LOCKED where a line stands locked that a change may alter, or one of time with another patient that it trims, unless
 *   the person who asks has said that they know
 */
export async function requireUnlocked(
  read: Read,
  { params: { practice }, acknowledgeLocked }: Asked,
  touches: readonly Touch[],
): Promise<void> {
  if (acknowledgeLocked) return
  const beside = await Promise.all(touches.map((touch) => besideOf(read, practice, touch)))
  const perPatient = Map.groupBy([...touches, ...beside.flat()], ({ patient }) => patient)
  for (const [patient, own] of perPatient)
    if (await isLocked(read, { practice, patient }, own)) throw failure('TIME_LOCKED')
}

async function besideOf(
  { documents }: Read,
  practice: string,
  { clinician, start, end = start }: Touch,
): Promise<readonly Touch[]> {
  if (clinician === undefined) return []
  // A stretch is kept where it began, which may be two days before it ends.
  const parts = await documents.clinician(
    practice,
    clinician,
    monthsBetween(start - 2 * DAY_MS, end + DAY_MS),
  )
  const shared: readonly (Span & { patient: string })[] = sharingWith([{ start, end }], { parts, clinician })
  return shared.map((span) => ({ ...span, lines: 'time' }))
}

async function isLocked(
  { practices, documents, clock }: Read,
  { practice: tenant, patient }: { readonly practice: string; readonly patient: string },
  touches: readonly Touch[],
): Promise<boolean> {
  const { zone, facts } = await practices.get(tenant)
  const today = localDate(clock.now(), zone)
  const { file, claims } = await documents.activity(tenant, patient, { claims: watchedYears(today) })
  const enrolment = enrolmentOf([...facts, ...file], {
    tenant,
    patient,
    asOf: Number.POSITIVE_INFINITY,
    file: { models: [], staff: new Map(), established: true },
  })
  const isTouched = ({ code, from, to }: LineName, { start, end, lines }: Touch): boolean => {
    const role = roleOf(code)
    if (lines !== undefined && role !== undefined && !rolesOf[lines].includes(role)) return false
    // Minutes are counted in the practice's months, days where the patient is at home.
    const dateOf = (ms: number): string =>
      localDate(ms, role?.startsWith('time') ? zone : zoneAt(enrolment, Math.floor(ms / 1000)))
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
