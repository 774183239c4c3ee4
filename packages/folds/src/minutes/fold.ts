import { assertNever, type FactOf, failure, type MinutesFact, type TimeFact } from '@cufflink/contracts'
import { compareNames, earlier, hash32, joined, minuteOf } from '../codec/entries.ts'
import { monthIndexOf, utcMonth } from '../time/calendar.ts'
import type { InteractionEntry, MinutesDocument, Opening, ProofRun, StretchEntry } from './document.ts'
import { joinRuns } from './proofs.ts'

/**
 * The document with one fact more; the very same object when the fact adds nothing. Serves a patient's document and a
 * clinician's part alike: the caller chooses by which of the two keys it files the fact.
 */
export function foldMinutes(
  document: MinutesDocument | undefined,
  fact: MinutesFact,
  offset: number,
): MinutesDocument {
  const monthIndex = monthIndexOf(monthOfMinutes(fact))
  const before = document ?? { monthIndex, stretches: [], interactions: [] }
  if (before.monthIndex !== monthIndex)
    throw failure('INTERNAL', { detail: 'Time was folded into another month.' })
  if (fact.type === 'interaction.recorded' || fact.type === 'interaction.voided') {
    const interactions = joined(before.interactions, interactionOf(fact, offset), interactionRule)
    return interactions === before.interactions ? before : { ...before, interactions }
  }
  const stretches = joined(before.stretches, stretchOf(fact, offset), stretchRule)
  return stretches === before.stretches ? before : { ...before, stretches }
}

/** The UTC month whose document a fact belongs to: that in which the stretch or the conversation began. */
export const monthOfMinutes = (fact: MinutesFact): string => utcMonth(fact.data.startedAt)

/** The join of two parts of one month, such as a clinician's from two partitions. */
export function joinMinutes(a: MinutesDocument, b: MinutesDocument): MinutesDocument {
  if (a.monthIndex !== b.monthIndex) throw failure('INTERNAL', { detail: 'Two months of time were joined.' })
  return {
    monthIndex: a.monthIndex,
    stretches: b.stretches.reduce((stretches, entry) => joined(stretches, entry, stretchRule), a.stretches),
    interactions: b.interactions.reduce((all, entry) => joined(all, entry, interactionRule), a.interactions),
  }
}

function stretchOf(fact: TimeFact, offset: number): StretchEntry {
  const { startedAt, session, patient, clinician } = fact.data
  const entry = { startedAt, idHash: hash32(session), patient, clinician, proofs: [], amendments: [] }
  const mark = { recordedMinute: minuteOf(fact.at), offset }
  switch (fact.type) {
    case 'time.started':
    case 'time.entered':
      return { ...entry, opening: opened(fact, mark) }
    case 'time.extended':
    case 'time.stopped':
      return { ...entry, proofs: [proven(fact, mark)] }
    case 'time.amended': {
      const { program, category, from, until } = fact.data
      return { ...entry, amendments: [{ idHash: hash32(fact.id), program, category, from, until, ...mark }] }
    }
    case 'time.voided':
      return { ...entry, voided: mark }
    default:
      return assertNever(fact)
  }
}

type Recorded = { readonly recordedMinute: number; readonly offset: number }

function opened(fact: FactOf<'time.started'> | FactOf<'time.entered'>, mark: Recorded): Opening {
  const { program, category, startedAt } = fact.data
  return fact.type === 'time.entered'
    ? { program, category, byHand: true, epoch: 0, until: fact.data.until, ...mark }
    : { program, category, byHand: false, epoch: fact.data.epoch, until: startedAt, ...mark }
}

function proven(
  fact: FactOf<'time.extended'> | FactOf<'time.stopped'>,
  { recordedMinute, offset }: Recorded,
): ProofRun {
  const { epoch, until } = fact.data
  return {
    epoch,
    lag: recordedMinute - minuteOf(until),
    from: recordedMinute,
    to: recordedMinute,
    until,
    stopped: fact.type === 'time.stopped',
    offset,
  }
}

export const compareStretches = (a: StretchEntry, b: StretchEntry): number =>
  a.startedAt - b.startedAt ||
  a.idHash - b.idHash ||
  compareNames(a.patient, b.patient) ||
  compareNames(a.clinician, b.clinician)

const either = <Held>(
  a: Held | undefined,
  b: Held | undefined,
  choose: (a: Held, b: Held) => Held,
): Held | undefined => (a === undefined ? b : b === undefined ? a : choose(a, b))

function joinStretches(held: StretchEntry, entry: StretchEntry): StretchEntry {
  const opening = either(held.opening, entry.opening, earlier)
  const proofs = joinRuns(held.proofs, entry.proofs)
  const voided = either(held.voided, entry.voided, earlier)
  const amendments = entry.amendments.reduce(
    (all, amendment) => joined(all, amendment, amendmentRule),
    held.amendments,
  )
  const same =
    opening === held.opening &&
    proofs === held.proofs &&
    voided === held.voided &&
    amendments === held.amendments
  if (same) return held
  const { startedAt, idHash, patient, clinician } = held
  return {
    startedAt,
    idHash,
    patient,
    clinician,
    ...(opening && { opening }),
    proofs,
    amendments,
    ...(voided && { voided }),
  }
}

type Amended = StretchEntry['amendments'][number]
export const compareAmendments = (a: Amended, b: Amended): number => a.idHash - b.idHash
const amendmentRule = { compare: compareAmendments, join: earlier<Amended> }
const stretchRule = { compare: compareStretches, join: joinStretches }

function interactionOf(
  fact: FactOf<'interaction.recorded'> | FactOf<'interaction.voided'>,
  offset: number,
): InteractionEntry {
  const { startedAt, interaction, patient } = fact.data
  const entry = { startedAt, idHash: hash32(interaction), patient }
  const mark = { recordedMinute: minuteOf(fact.at), offset }
  if (fact.type === 'interaction.voided') return { ...entry, voided: mark }
  const { clinician, mode, direction, reached, endedAt } = fact.data
  const outcome = 'outcome' in fact.data ? { outcome: fact.data.outcome } : {}
  return { ...entry, recorded: { clinician, mode, direction, reached, endedAt, ...outcome, ...mark } }
}

function joinInteractions(held: InteractionEntry, entry: InteractionEntry): InteractionEntry {
  const recorded = either(held.recorded, entry.recorded, earlier)
  const voided = either(held.voided, entry.voided, earlier)
  if (recorded === held.recorded && voided === held.voided) return held
  const { startedAt, idHash, patient } = held
  return { startedAt, idHash, patient, ...(recorded && { recorded }), ...(voided && { voided }) }
}

export const compareInteractions = (a: InteractionEntry, b: InteractionEntry): number =>
  a.startedAt - b.startedAt || a.idHash - b.idHash || compareNames(a.patient, b.patient)

const interactionRule = { compare: compareInteractions, join: joinInteractions }
