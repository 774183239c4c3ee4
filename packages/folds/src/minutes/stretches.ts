import type { Program } from '@cufflink/contracts'
import { compareNames, minuteOf } from '../codec/entries.ts'
import type { Amendment, MinutesDocument, StretchEntry } from './document.ts'
import { asKnown } from './entry.ts'
import { provenAt } from './proofs.ts'

/** One stretch of time as it is known at an instant: amended, or as it was; ms, `end` exclusive. */
export type Stretch = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly clinician: string
  readonly program: Program
  readonly category: string
  readonly start: number
  readonly end: number
  readonly byHand: boolean
  /** The newest lease under which it was proven; 0 by hand. */
  readonly epoch: number
  /** Of the fact that says so: the latest amendment, else the opening. */
  readonly offset: number
  /** When that was written, epoch minutes. */
  readonly recordedMinute: number
  /** Of the latest proof of presence, where there is one. */
  readonly proofOffset?: number
  /** What of it was known. */
  readonly entry: StretchEntry
}

/** Why a stretch, or a part of it, adds nothing. */
export type Deduction =
  | 'VOIDED'
  | 'NOT_POSITIVE'
  | 'IN_THE_FUTURE'
  | 'OVER_24_H'
  | 'OLD_LEASE'
  | 'STAFF_OVERLAP'
  | 'CATEGORY_NEVER_COUNTS'
  | 'CREDENTIAL_NEVER_COUNTS'
  | 'NO_CONSENT'
  | 'EM_DAY'
  | 'OTHER_PROGRAM'
  | 'CREDITED_TO_OTHER'

/** A longer stretch is refused (§3.5): no setting, for a clinician's document knows neither payer nor rule set. */
export const LONGEST_STRETCH_MS = 86_400_000

/** A clinician's timer was started under this lease. */
export type Lease = { readonly clinician: string; readonly epoch: number; readonly startedAt: number }

export type Resolved = {
  readonly stretches: readonly Stretch[]
  readonly refused: readonly { readonly stretch: Stretch; readonly why: Deduction }[]
  /** Of every timer, whatever became of it. */
  readonly leases: readonly Lease[]
}

/** The stretches known at `knownAt` (epoch ms); what is zero, negative, later than `asOf` or over 24 hours is refused. */
export function resolveStretches(
  documents: readonly MinutesDocument[],
  asOf: number,
  knownAt = asOf,
): Resolved {
  const all = documents.map((document) => resolvedOnce(document, asOf, knownAt))
  return {
    stretches: all.flatMap(({ stretches }) => stretches),
    refused: all.flatMap(({ refused }) => refused),
    leases: all.flatMap(({ leases }) => leases),
  }
}

/**
 * As each document was resolved last: a clinician's part serves all patients that are evaluated in one instant, and in every later one, when
 * nothing that it says is later than that.
 */
const known = new WeakMap<MinutesDocument, { asOf: number; knownAt: number; resolved: Resolved }>()

export function resolvedOnce(document: MinutesDocument, asOf: number, knownAt = asOf): Resolved {
  const held = known.get(document)
  if (held?.knownAt === knownAt) {
    if (held.asOf === asOf) return held.resolved
    const last = lastInstant(document)
    if (held.asOf >= last && asOf >= last) return held.resolved
  }
  const resolved = resolveDocument(document, asOf, knownAt)
  known.set(document, { asOf, knownAt, resolved })
  return resolved
}

const instants = new WeakMap<MinutesDocument, number>()

/** From when on `asOf` makes no difference: the last beginning, proof of presence, or minute in which something was written. */
const lastInstant = (document: MinutesDocument): number =>
  instants.getOrInsertComputed(document, () =>
    document.stretches.reduce((last, { startedAt, opening, proofs, amendments }) => {
      const written = [opening, ...amendments].map((one) => (one?.recordedMinute ?? 0) * 60_000)
      return Math.max(last, startedAt, ...written, ...proofs.map(({ until }) => until))
    }, 0),
  )

function resolveDocument(document: MinutesDocument, asOf: number, knownAt: number): Resolved {
  const stretches: Stretch[] = []
  const refused: { stretch: Stretch; why: Deduction }[] = []
  const leases: Lease[] = []
  for (const entry of document.stretches) {
    const resolved = resolve(entry, asOf, knownAt)
    if (resolved === undefined) continue
    const { stretch } = resolved
    const { clinician, opening, startedAt } = stretch.entry
    if (opening && opening.epoch > 0) leases.push({ clinician, epoch: opening.epoch, startedAt })
    const why = refusal(resolved)
    if (why === undefined) stretches.push(stretch)
    else refused.push({ stretch, why })
  }
  return { stretches, refused, leases }
}

type Known = { readonly stretch: Stretch; readonly latest: number }

/** `latest` is the last ms of the minute in which it was written, or of this one: no one can have worked later than that. */
function resolve(whole: StretchEntry, asOf: number, knownAt: number): Known | undefined {
  const entry = asKnown(whole, knownAt)
  const proven = entry && provenAt(entry, minuteOf(knownAt))
  if (entry?.opening === undefined || proven === undefined) return undefined
  const { opening, proofs, startedAt, idHash, patient, clinician } = entry
  const amendment = latestOf(entry.amendments)
  const { program, category, recordedMinute, offset } = amendment ?? opening
  const byHand = opening.byHand || amendment !== undefined
  const until = opening.byHand ? opening.until : Math.min(proven.until, asOf)
  const stretch: Stretch = {
    startedAt,
    idHash,
    patient,
    clinician,
    program,
    category,
    start: amendment?.from ?? startedAt,
    end: amendment?.until ?? until,
    byHand,
    epoch: byHand ? 0 : proven.epoch,
    offset,
    recordedMinute,
    ...(proofs.length > 0 && proven.offset !== undefined && { proofOffset: proven.offset }),
    entry,
  }
  const written = Math.min(recordedMinute, minuteOf(asOf)) * 60_000 + 59_999
  return { stretch, latest: byHand ? written : asOf }
}

const latestOf = (amendments: readonly Amendment[]): Amendment | undefined =>
  amendments.reduce<Amendment | undefined>(
    (latest, next) => (latest === undefined || next.offset > latest.offset ? next : latest),
    undefined,
  )

function refusal({ stretch, latest }: Known): Deduction | undefined {
  if (stretch.entry.voided !== undefined) return 'VOIDED'
  if (stretch.end <= stretch.start) return 'NOT_POSITIVE'
  if (stretch.end - stretch.start > LONGEST_STRETCH_MS) return 'OVER_24_H'
  if (stretch.end > latest) return 'IN_THE_FUTURE'
  return undefined
}

/**
 * The order in which stretches claim their time: the first started, then the one written first. The rest only makes it the same everywhere,
 * by what the facts themselves say: offsets of two partitions cannot be compared.
 */
export const firstStarted = (a: Stretch, b: Stretch): number =>
  a.start - b.start ||
  a.recordedMinute - b.recordedMinute ||
  a.startedAt - b.startedAt ||
  a.idHash - b.idHash ||
  compareNames(a.patient, b.patient) ||
  compareNames(a.clinician, b.clinician)
