import type { MinutesDocument } from '@cufflink/folds'
import {
  dateOf,
  dayOf,
  firstDayOfMonth,
  monthIndexOf,
  resolveStretches,
  type Stretch,
  zoneClock,
} from '@cufflink/folds'
import { clip, disjointPerClinician, type Piece, totalMs } from './algebra.ts'
import { perLocalDay } from './local-days.ts'

/** A calendar month, `2026-10`, or local dates, both included. */
export type Dates = { readonly month: string } | { readonly from: string; readonly to: string }

export type ClinicianDay = {
  readonly date: string
  /** Worked, over all patients, no moment twice. */
  readonly seconds: number
  readonly patients: number
  /** Written down, and taken away as an overlap, an older lease, voided or refused. */
  readonly deductedMs: number
}

/**
 * A clinician's local dates, ascending; dates without any time are absent. `parts` are the clinician's, from every
 * partition, of the months asked for and the one before: a stretch is kept where it began, and split at local midnight.
 */
export function clinicianDays(
  parts: readonly MinutesDocument[],
  options: Of & Dates,
): readonly ClinicianDay[] {
  const { clock, kept, lost } = workOf(parts, options)
  const keptPerDay = perLocalDay(kept, clock)
  const lostPerDay = perLocalDay(lost, clock)
  const days = [...new Set([...keptPerDay.keys(), ...lostPerDay.keys()])].toSorted((a, b) => a - b)
  return days.map((day) => {
    const pieces = keptPerDay.get(day) ?? []
    return {
      date: dateOf(day),
      seconds: Math.floor(totalMs(pieces) / 1000),
      patients: patientsOf(pieces),
      deductedMs: totalMs(lostPerDay.get(day) ?? []),
    }
  })
}

export type ClinicianMonth = {
  /** Worked, over all patients, no moment twice. */
  readonly seconds: number
  /** Written down, and taken away as an overlap, an older lease, voided or refused. */
  readonly secondsDeducted: number
  readonly patients: number
  /** Of each date of the month. */
  readonly secondsPerDate: readonly number[]
}

/** A clinician's calendar month. `parts` as for `clinicianDays`, and of the month after: a stretch is kept by its UTC month. */
export function clinicianMonth(
  parts: readonly MinutesDocument[],
  options: Of & { readonly month: string },
): ClinicianMonth {
  const { clock, first, last, kept, lost } = workOf(parts, options)
  const perDay = perLocalDay(kept, clock)
  const dates = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return {
    seconds: Math.floor(totalMs(kept) / 1000),
    secondsDeducted: Math.floor(totalMs(lost) / 1000),
    patients: patientsOf(kept),
    secondsPerDate: dates.map((day) => Math.floor(totalMs(perDay.get(day) ?? []) / 1000)),
  }
}

const patientsOf = (pieces: readonly Piece[]): number =>
  new Set(pieces.map(({ stretch }) => stretch.patient)).size

type Of = {
  readonly clinician: string
  readonly zone: string
  readonly asOf: number
  readonly knownAt?: number
}

/** What a clinician worked on some dates, and what was written down and is taken away; days since 1970, both included. */
function workOf(parts: readonly MinutesDocument[], options: Of & Dates) {
  const clock = zoneClock(options.zone)
  const { first, last } = daysOf(options)
  const window = { start: clock.startOf(first) * 1000, end: clock.startOf(last + 1) * 1000 }
  const { stretches, refused, leases } = resolveStretches(parts, options.asOf, options.knownAt)
  const own = stretches.filter(({ clinician }) => clinician === options.clinician)
  const worked = disjointPerClinician(own, leases)
  const lost = [
    ...worked.deducted,
    ...refused.flatMap(({ stretch }) => {
      const { start, end } = stretch
      return stretch.clinician === options.clinician && end > start ? [{ stretch, start, end }] : []
    }),
  ]
  return { clock, first, last, kept: clip(worked.kept, window), lost: clip(lost, window) }
}

function daysOf(dates: Dates): { first: number; last: number } {
  if ('from' in dates) return { first: dayOf(dates.from), last: dayOf(dates.to) }
  const monthIndex = monthIndexOf(dates.month)
  return { first: firstDayOfMonth(monthIndex), last: firstDayOfMonth(monthIndex + 1) - 1 }
}

/** A stretch that someone is about to write down; epoch ms, `end` exclusive. Its own earlier form is left out. */
export type Candidate = {
  readonly clinician: string
  readonly start: number
  readonly end: number
  readonly exceptIdHash?: number
  readonly exceptStartedAt?: number
}

export type Overlap = Pick<
  Stretch,
  'patient' | 'idHash' | 'startedAt' | 'start' | 'end' | 'program' | 'category'
>

/** The clinician's own stretches, as known at `knownAt`, that share a moment with a candidate; by their start. */
export function overlapsOf(
  parts: readonly MinutesDocument[],
  candidate: Candidate,
  asOf: number,
  knownAt = asOf,
): readonly Overlap[] {
  const { clinician, exceptIdHash, exceptStartedAt } = candidate
  return resolveStretches(parts, asOf, knownAt)
    .stretches.filter(
      (stretch) =>
        stretch.clinician === clinician &&
        stretch.start < candidate.end &&
        stretch.end > candidate.start &&
        !(stretch.idHash === exceptIdHash && stretch.startedAt === exceptStartedAt),
    )
    .toSorted((a, b) => a.start - b.start || a.startedAt - b.startedAt || a.idHash - b.idHash)
    .map(({ patient, idHash, startedAt, start, end, program, category }) => ({
      patient,
      idHash,
      startedAt,
      start,
      end,
      program,
      category,
    }))
}
