import type { Program } from '@cufflink/contracts'
import type { Family, PracticeSettings } from '../rulesets/rule-set.ts'

/** From an instant (epoch ms), until another (exclusive; absent while it lasts); the ledger offset that says so. */
export type Span = { readonly from: number; readonly to?: number; readonly offset?: number }

export type DeviceOnFile = {
  readonly device: string
  readonly model: string
  /** The times in which it was this patient's. */
  readonly assigned: readonly Span[]
}

/** What is known of a device model. */
export type ModelOnFile = {
  readonly model: string
  readonly family: Family
  /** A medical device as the FDA defines it. */
  readonly medical: boolean
  /** It uploads by itself; false for values typed, phoned or photographed. */
  readonly automatic: boolean
}

export type Visit = { readonly visitedAt: number; readonly practitioner: string; readonly offset?: number }

/** A line that was billed as it stood. Dates both included. */
export type LockedLine = {
  readonly code: string
  readonly from: string
  readonly to: string
  readonly units: number
  readonly amountCents: number
  readonly ruleSet: string
  readonly offset?: number
}

/** How many units of what was held a person released, or dismissed. */
export type HeldDecision = Pick<LockedLine, 'code' | 'from' | 'to'> & {
  readonly released: number
  readonly dismissed: number
}

/** From an instant (ms) on a clinician has this credential, or none; `before` is what they had until then. */
export type CredentialChange = {
  readonly clinician: string
  readonly from: number
  readonly credential?: string
  readonly before?: string
}

/** A code that another practice billed for this patient. */
export type BilledElsewhere = {
  readonly code: string
  readonly from: string
  readonly to: string
  readonly practice: string
}

/**
 * All that is known of a patient besides readings and minutes. It is applied when a count is read, so a late
 * correction counts at once; to replay a past count, give the enrolment as it was known then.
 */
export type Enrolment = {
  readonly patient: string
  readonly practiceZone: string
  /** The home zone, from an instant on; the first holds for all time before. At least one. */
  readonly zones: readonly { readonly zone: string; readonly from: number }[]
  readonly consents: readonly Span[]
  readonly orders: readonly Span[]
  readonly episodes: readonly (Span & {
    readonly episode: string
    readonly setUpAt?: number
    /** Of the fact that says when the patient was set up. */
    readonly setUpOffset?: number
  })[]
  /** The last date of the patient's life, in the home zone. */
  readonly died?: string
  readonly devices: readonly DeviceOnFile[]
  readonly models: readonly ModelOnFile[]
  readonly visits: readonly Visit[]
  /** The credential of each clinician, by the names of the rule set's table; of those in `credentials` what they have there. */
  readonly staff: ReadonlyMap<string, string>
  /** In the order of the ledger. */
  readonly credentials?: readonly CredentialChange[]
  readonly established: boolean
  /** Not established, but served since before that was asked for. */
  readonly grandfathered?: boolean
  /** What the patient was enrolled for; also what devices, readings and time show is looked at. */
  readonly programs?: readonly Program[]
  readonly condition?: string
  readonly payer?: string
  readonly billedElsewhere: readonly BilledElsewhere[]
  /** Which of RPM and RTM is billed when both are at hand. */
  readonly chosenProgram?: 'RPM' | 'RTM'
  /** Why 99091 is billed beside, or against, the usual rule. */
  readonly override99091?: string
  readonly locked: readonly LockedLine[]
  readonly decisions?: readonly HeldDecision[]
  /** What the practice decided for itself: over the rule sets, under the payer. */
  readonly settings?: PracticeSettings
}

/** Whether a span holds an instant, in whole seconds. */
export const holds = (span: Span, second: number): boolean =>
  Math.floor(span.from / 1000) <= second && (span.to === undefined || second < Math.floor(span.to / 1000))

export const anyHolds = (spans: readonly Span[], second: number): boolean =>
  spans.some((span) => holds(span, second))

/** The home zone at an instant (epoch s). */
export function zoneAt(
  { zones, practiceZone }: Pick<Enrolment, 'zones' | 'practiceZone'>,
  second: number,
): string {
  if (zones.length === 1) return zones[0]!.zone
  const sorted = zones.toSorted((a, b) => a.from - b.from)
  const held = sorted.findLast(({ from }) => Math.floor(from / 1000) <= second) ?? sorted[0]
  return held?.zone ?? practiceZone
}

/** The first instant (ms) of what readings are found by: consent, order, episode and device. Nothing before it can count. */
export function beginningOf({ consents, orders, episodes, devices }: Enrolment): number | undefined {
  const spans = [...consents, ...orders, ...episodes, ...devices.flatMap(({ assigned }) => assigned)]
  return spans.map(({ from }) => from).toSorted((a, b) => a - b)[0]
}

/** The credential that a clinician had at an instant (ms), whatever they have today. */
export function credentialAt(
  { staff, credentials = [] }: Pick<Enrolment, 'staff' | 'credentials'>,
  clinician: string,
  instant: number,
): string | undefined {
  const own = credentials
    .filter((change) => change.clinician === clinician)
    .toSorted((a, b) => a.from - b.from)
  const [first] = own
  if (first === undefined) return staff.get(clinician)
  const last = own.findLast(({ from }) => from <= instant)
  return last === undefined ? first.before : last.credential
}
