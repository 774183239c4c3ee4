import type { MinutesDocument, ProofRun, StretchEntry } from '@cufflink/folds'
import {
  type Lease,
  type Resolved,
  resolvedOnce,
  resolveStretches,
  type Stretch,
  zoneClock,
} from '@cufflink/folds'
import {
  clip,
  type Deducted,
  disjointPerClinician,
  type Piece,
  type Split,
  totalMs,
  type Window,
} from '../minutes/algebra.ts'
import { perLocalDay } from '../minutes/local-days.ts'
import type { Asked } from './context.ts'

export type MinutesInput = {
  /**
   * The patient's own documents, by UTC month: of the month asked for and of every month that its 30-day periods touch, with
   * the one before and the one after.
   */
  readonly minutes: readonly MinutesDocument[]
  /** Of the same months the parts of the patient's clinicians, from every partition; may hold this patient's stretches too. */
  readonly clinicians: readonly MinutesDocument[]
}

/** A patient's stretches and their clinicians', as known at an instant, each clinician in one place. */
export type WorkedTime = {
  readonly patient: string
  readonly own: Resolved
  /** What is left of the patient's stretches, and what of them was another patient's, or of an older lease. */
  readonly mine: Split
  /** Whether a clinician of this patient has, over all patients, more than a limit on one date inside a window. */
  hasLongDay(window: Window, limit: { readonly zone: string; readonly ms: number }): boolean
}

/** Made once of each input, whatever asks for it: lines, tally and forecast. */
const known = new WeakMap<TimeInput, WorkedTime>()
type TimeInput = MinutesInput & Pick<Asked, 'enrolment' | 'asOf' | 'knownAt'>

export function workedTime(input: TimeInput): WorkedTime {
  const held = known.get(input)
  if (held !== undefined) return held
  const { asOf, knownAt, enrolment } = input
  const own = resolveStretches(input.minutes, asOf, knownAt)
  const parts = input.clinicians.map((document) => resolvedOnce(document, asOf, knownAt))
  const worked = workedBy(own, parts, enrolment.patient)
  known.set(input, worked)
  return worked
}

function workedBy(own: Resolved, parts: readonly Resolved[], patient: string): WorkedTime {
  const clinicians = new Set(own.stretches.map(({ clinician }) => clinician))
  const shared = sharedStaff(parts)
  const staff = areAllIn(own, shared.entries.get(patient)) ? shared : staffWith(own, parts, patient)
  const splits = staff.splits.get(patient)
  const mine = [...clinicians].flatMap((clinician) => splits?.get(clinician) ?? [])
  return {
    patient,
    own,
    mine: {
      kept: mine.flatMap(({ kept }) => kept),
      deducted: mine.flatMap(({ deducted }) => deducted),
    },
    hasLongDay(window, limit) {
      const long = staff.longDays(window, limit)
      return clinicians.values().some((clinician) => long.has(clinician))
    },
  }
}

/** What some clinicians did, each in one place: it is the same for all of their patients. */
type Staff = {
  /** Of each patient the stretches by their beginning, those that were refused too. */
  readonly entries: ReadonlyMap<string, ReadonlyMap<number, StretchEntry>>
  /** By patient, then by clinician. */
  readonly splits: ReadonlyMap<string, ReadonlyMap<string, Split>>
  /** The clinicians that have a long day inside a window. */
  longDays(window: Window, limit: { readonly zone: string; readonly ms: number }): ReadonlySet<string>
}

/** Of the parts that were resolved once and have not changed, by the first of them. */
const staffs = new WeakMap<Resolved, { readonly parts: readonly Resolved[]; readonly staff: Staff }>()

/** A clinician's overlaps are resolved once per change, n log n, however many patients are evaluated. */
function sharedStaff(parts: readonly Resolved[]): Staff {
  const [first] = parts
  const held = first && staffs.get(first)
  if (held?.parts.length === parts.length && held.parts.every((part, index) => part === parts[index]))
    return held.staff
  const staff = staffOf(
    parts.flatMap(({ stretches }) => stretches),
    parts.flatMap(({ leases }) => leases),
    parts.flatMap(({ refused }) => refused.map(({ stretch }) => stretch)),
  )
  if (first !== undefined) staffs.set(first, { parts, staff })
  return staff
}

/** With a patient's stretches as its own documents have them: those and the parts may have been read one commit apart. */
function staffWith(own: Resolved, parts: readonly Resolved[], patient: string): Staff {
  const others = parts.flatMap(({ stretches }) => stretches.filter((stretch) => stretch.patient !== patient))
  return staffOf([...own.stretches, ...others], [...own.leases, ...parts.flatMap(({ leases }) => leases)], [])
}

function staffOf(
  stretches: readonly Stretch[],
  leases: readonly Lease[],
  refused: readonly Stretch[],
): Staff {
  const { kept, deducted } = disjointPerClinician(stretches, leases)
  const long = new Map<string, ReadonlySet<string>>()
  return {
    entries: new Map(
      [...Map.groupBy([...stretches, ...refused], ({ patient }) => patient)].map(([patient, some]) => [
        patient,
        new Map(some.map(({ entry }) => [entry.startedAt, entry])),
      ]),
    ),
    splits: splitsOf(kept, deducted),
    longDays(window, { zone, ms }) {
      const key = `${window.start} ${window.end} ${zone} ${ms}`
      return long.getOrInsertComputed(key, () => longDaysOf(clip(kept, window), zone, ms))
    },
  }
}

function splitsOf(kept: readonly Piece[], deducted: readonly Deducted[]): Staff['splits'] {
  const splits = new Map<string, Map<string, { kept: Piece[]; deducted: Deducted[] }>>()
  const splitOf = ({ stretch: { patient, clinician } }: Piece) =>
    splits
      .getOrInsertComputed(patient, () => new Map())
      .getOrInsertComputed(clinician, () => ({ kept: [], deducted: [] }))
  for (const piece of kept) splitOf(piece).kept.push(piece)
  for (const piece of deducted) splitOf(piece).deducted.push(piece)
  return splits
}

function longDaysOf(kept: readonly Piece[], zone: string, limitMs: number): ReadonlySet<string> {
  const clock = zoneClock(zone)
  const long = new Set<string>()
  for (const [clinician, pieces] of Map.groupBy(kept, ({ stretch }) => stretch.clinician))
    if (
      perLocalDay(pieces, clock)
        .values()
        .some((some) => totalMs(some) > limitMs)
    )
      long.add(clinician)
  return long
}

/**
 * Whether the clinicians' parts have a patient's stretches as the patient's own documents do. Of two that began in one millisecond only one is
 * held: then they are taken for others.
 */
function areAllIn(
  { stretches, refused }: Resolved,
  held: ReadonlyMap<number, StretchEntry> = new Map(),
): boolean {
  if (held.size !== stretches.length + refused.length) return false
  const isThere = ({ entry }: Stretch): boolean => isSame(entry, held.get(entry.startedAt))
  return stretches.every(isThere) && refused.every(({ stretch }) => isThere(stretch))
}

/** Whether the same facts are in both. */
const isSame = (a: StretchEntry, b: StretchEntry | undefined): boolean =>
  b !== undefined &&
  a.idHash === b.idHash &&
  a.clinician === b.clinician &&
  a.opening?.offset === b.opening?.offset &&
  a.voided?.offset === b.voided?.offset &&
  a.amendments.length === b.amendments.length &&
  a.amendments.every(({ offset }, index) => offset === b.amendments[index]!.offset) &&
  a.proofs.length === b.proofs.length &&
  a.proofs.every((run, index) => isSameRun(run, b.proofs[index]!))

const isSameRun = (a: ProofRun, b: ProofRun): boolean =>
  a.epoch === b.epoch &&
  a.lag === b.lag &&
  a.from === b.from &&
  a.to === b.to &&
  a.until === b.until &&
  a.stopped === b.stopped &&
  a.offset === b.offset
