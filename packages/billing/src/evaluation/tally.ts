import type { Program } from '@cufflink/contracts'
import type { Deduction, Stretch } from '@cufflink/folds'
import { compareNames, isRunning, monthIndexOf, versionOf } from '@cufflink/folds'
import { type Deducted, type Piece, totalMs } from '../minutes/algebra.ts'
import { billedPrograms } from '../rulesets/rule-set.ts'
import { contextOf } from './context.ts'
import type { EvaluationInput } from './evaluate.ts'
import type { TimeEvidence } from './lines/line.ts'
import { monthOfPatient } from './lines/time-lines.ts'
import { workedTime } from './worked.ts'

export type Deductions = readonly { readonly why: Deduction; readonly ms: number }[]

/** One stretch that touches the month: what of it was credited there, and why not the rest. Instants in epoch ms. */
export type StretchTally = Pick<
  Stretch,
  'idHash' | 'startedAt' | 'patient' | 'clinician' | 'program' | 'category' | 'start' | 'end' | 'byHand'
> & {
  readonly running: boolean
  /** Of its opening. */
  readonly offset: number
  /** As `versionOf` has it. */
  readonly version: number
  readonly amendments: number
  readonly voided: boolean
  readonly creditedMs: number
  readonly deductions: Deductions
}

export type MonthTally = {
  readonly month: string
  /** The month in the practice's zone, epoch ms, `to` exclusive. */
  readonly from: number
  readonly to: number
  /** What RPM and RTM are credited, each rounded down once, as they are billed. */
  readonly seconds: number
  readonly byProgram: readonly { readonly program: Program; readonly seconds: number }[]
  readonly rows: readonly {
    readonly program: Program
    readonly category: string
    readonly clinician: string
    readonly creditedMs: number
    readonly deductedMs: number
  }[]
  readonly deductions: Deductions
  readonly conversations: TimeEvidence['conversations']
  readonly stretches: readonly StretchTally[]
}

/** One patient's calendar month in the practice's zone: every stretch that touches it, credited or not. */
export function tallyMonth(input: Omit<EvaluationInput, 'days' | 'on'>, month: string): MonthTally {
  const worked = workedTime(input)
  const { instants, time, conversations } = monthOfPatient(
    contextOf(input),
    { input, worked },
    monthIndexOf(month),
  )
  const { credited, deducted } = time
  const perProgram = [...Map.groupBy(credited, ({ stretch }) => stretch.program)].toSorted(([a], [b]) =>
    compareNames(a, b),
  )
  const byProgram = perProgram.map(([program, pieces]) => ({
    program,
    seconds: Math.floor(totalMs(pieces) / 1000),
  }))
  const billed = byProgram.filter(({ program }) => billedPrograms.some((known) => known === program))
  return {
    month,
    from: instants.start,
    to: instants.end,
    seconds: billed.reduce((sum, { seconds }) => sum + seconds, 0),
    byProgram,
    rows: rowsOf(credited, deducted),
    deductions: deductionsOf(deducted),
    conversations: conversations.toSorted((a, b) => a.startedAt - b.startedAt || a.offset - b.offset),
    stretches: stretchesOf(credited, deducted, input.asOf),
  }
}

/** What was refused may be reversed: it has no time to lose. */
const lengthOf = (pieces: readonly Piece[]): number => totalMs(pieces.filter(({ start, end }) => end > start))

const deductionsOf = (deducted: readonly Deducted[]): Deductions =>
  [...Map.groupBy(deducted, ({ why }) => why)]
    .map(([why, pieces]) => ({ why, ms: lengthOf(pieces) }))
    .toSorted((a, b) => compareNames(a.why, b.why))

function rowsOf(credited: readonly Piece[], deducted: readonly Deducted[]): MonthTally['rows'] {
  const keyOf = ({ stretch: { program, category, clinician } }: Piece): string =>
    [program, category, clinician].join(' ')
  const kept = Map.groupBy(credited, keyOf)
  const lost = Map.groupBy<string, Piece>(deducted, keyOf)
  return [...new Set([...kept.keys(), ...lost.keys()])].toSorted(compareNames).flatMap((key) => {
    const pieces = kept.get(key) ?? []
    const others = lost.get(key) ?? []
    const stretch = (pieces[0] ?? others[0])?.stretch
    if (stretch === undefined) return []
    const { program, category, clinician } = stretch
    return [{ program, category, clinician, creditedMs: totalMs(pieces), deductedMs: lengthOf(others) }]
  })
}

function stretchesOf(
  credited: readonly Piece[],
  deducted: readonly Deducted[],
  asOf: number,
): readonly StretchTally[] {
  const kept = Map.groupBy(credited, ({ stretch }) => stretch)
  const lost = Map.groupBy(deducted, ({ stretch }) => stretch)
  return [...new Set([...kept.keys(), ...lost.keys()])]
    .toSorted((a, b) => a.start - b.start || a.startedAt - b.startedAt || a.idHash - b.idHash)
    .map((stretch) => {
      const {
        entry,
        epoch: _epoch,
        proofOffset: _proof,
        recordedMinute: _recorded,
        offset,
        ...shown
      } = stretch
      return {
        ...shown,
        running: isRunning(entry, asOf),
        offset: entry.opening?.offset ?? offset,
        version: versionOf(entry),
        amendments: entry.amendments.length,
        voided: entry.voided !== undefined,
        creditedMs: totalMs(kept.get(stretch) ?? []),
        deductions: deductionsOf(lost.get(stretch) ?? []),
      }
    })
}
