import { dateOf, dayOf, firstDayOfMonth, monthIndexOf } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import { clip, disjointPerClinician, totalMs } from './algebra.ts'
import type { MinutesDocument } from './document.ts'
import { perLocalDay } from './local-days.ts'
import { resolveSessions, type Session } from './sessions.ts'

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
  options: {
    readonly clinician: string
    readonly zone: string
    readonly asOf: number
    readonly knownAt?: number
  } & Dates,
): readonly ClinicianDay[] {
  const clock = zoneClock(options.zone)
  const { first, last } = daysOf(options)
  const window = { start: clock.startOf(first) * 1000, end: clock.startOf(last + 1) * 1000 }
  const { sessions, refused, leases } = resolveSessions(parts, options.asOf, options.knownAt)
  const own = sessions.filter(({ clinician }) => clinician === options.clinician)
  const worked = disjointPerClinician(own, leases)
  const lost = [
    ...worked.deducted,
    ...refused.flatMap(({ session }) => {
      const { start, end } = session
      return session.clinician === options.clinician && end > start ? [{ session, start, end }] : []
    }),
  ]
  const kept = perLocalDay(clip(worked.kept, window), clock)
  const deducted = perLocalDay(clip(lost, window), clock)
  const days = [...new Set([...kept.keys(), ...deducted.keys()])].toSorted((a, b) => a - b)
  return days.map((day) => {
    const pieces = kept.get(day) ?? []
    return {
      date: dateOf(day),
      seconds: Math.floor(totalMs(pieces) / 1000),
      patients: new Set(pieces.map(({ session }) => session.patient)).size,
      deductedMs: totalMs(deducted.get(day) ?? []),
    }
  })
}

function daysOf(dates: Dates): { first: number; last: number } {
  if ('from' in dates) return { first: dayOf(dates.from), last: dayOf(dates.to) }
  const monthIndex = monthIndexOf(dates.month)
  return { first: firstDayOfMonth(monthIndex), last: firstDayOfMonth(monthIndex + 1) - 1 }
}

/** A stretch that somebody is about to write down; epoch ms, `end` exclusive. Its own earlier form is left out. */
export type Candidate = {
  readonly clinician: string
  readonly start: number
  readonly end: number
  readonly exceptIdHash?: number
  readonly exceptStartedAt?: number
}

export type Overlap = Pick<
  Session,
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
  return resolveSessions(parts, asOf, knownAt)
    .sessions.filter(
      (session) =>
        session.clinician === clinician &&
        session.start < candidate.end &&
        session.end > candidate.start &&
        !(session.idHash === exceptIdHash && session.startedAt === exceptStartedAt),
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
