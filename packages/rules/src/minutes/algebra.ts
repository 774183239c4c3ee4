import { type Deduction, firstStarted, type Lease, type Session } from './sessions.ts'

/** A part of a stretch; ms, `end` exclusive. */
export type Piece = { readonly session: Session; readonly start: number; readonly end: number }
export type Deducted = Piece & { readonly why: Deduction; readonly by?: Session }
export type Split = { readonly kept: readonly Piece[]; readonly deducted: readonly Deducted[] }

/**
 * One clinician cannot be in two places: of overlapping stretches the first started keeps its time, a later one begins
 * when it ends. A timer ends where the clinician's first timer was started under a newer lease than its own newest
 * (design §5): one that a newer lease took over goes on. `leases` are of every timer, also of one that adds nothing.
 */
export function disjointPerClinician(sessions: readonly Session[], leases: readonly Lease[]): Split {
  const kept: Piece[] = []
  const deducted: Deducted[] = []
  const perClinician = Map.groupBy(leases, ({ clinician }) => clinician)
  for (const [clinician, own] of Map.groupBy(sessions, (session) => session.clinician)) {
    const newerLeaseAt = newerLeases(perClinician.get(clinician) ?? [])
    let busy: Busy | undefined
    const perPatient = new Map<string, Busy>()
    for (const session of own.toSorted(firstStarted)) {
      const end = Math.max(session.start, Math.min(session.end, newerLeaseAt(session.epoch)))
      if (end < session.end) deducted.push({ session, start: end, end: session.end, why: 'OLD_LEASE' })
      const start = Math.min(end, Math.max(session.start, busy?.until ?? session.start))
      if (busy && start > session.start) {
        const by = (withAnother(perPatient, session) ?? busy).session
        deducted.push({ session, start: session.start, end: start, why: 'STAFF_OVERLAP', by })
      }
      if (end > start) kept.push({ session, start, end })
      if (busy === undefined || end > busy.until) busy = { until: end, session }
      const last = perPatient.get(session.patient)
      if (last === undefined || end > last.until) perPatient.set(session.patient, { until: end, session })
    }
  }
  return { kept, deducted }
}

type Busy = { readonly until: number; readonly session: Session }

/** With another patient when a stretch began: a longer one with the same patient does not hide that. */
const withAnother = (perPatient: ReadonlyMap<string, Busy>, { patient, start }: Session): Busy | undefined =>
  [...perPatient].find(([other, { until }]) => other !== patient && until > start)?.[1]

/** The first start under a newer lease than this. Time by hand has no lease (epoch 0) and no end here. */
function newerLeases(leases: readonly Lease[]): (epoch: number) => number {
  const known = new Map<number, number>([[0, Number.POSITIVE_INFINITY]])
  return (epoch) => {
    const found = known.get(epoch)
    if (found !== undefined) return found
    const newer = leases.filter((lease) => lease.epoch > epoch).map(({ startedAt }) => startedAt)
    const first = newer.reduce(
      (earliest, startedAt) => Math.min(earliest, startedAt),
      Number.POSITIVE_INFINITY,
    )
    known.set(epoch, first)
    return first
  }
}

/**
 * One patient's minute counts once, for one program, for one person: the program of the first who was there, and within
 * it a qualified professional first, then the first who was there. Who was elsewhere until then was not there.
 */
export function unionPerPatient(pieces: readonly Piece[], qualified: (session: Session) => boolean): Split {
  const instants = [...new Set(pieces.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b)
  const kept: Piece[] = []
  const deducted: Deducted[] = []
  instants.forEach((start, index) => {
    const end = instants[index + 1]
    if (end === undefined) return
    const active = pieces.filter((piece) => piece.start <= start && piece.end >= end)
    const winner = credited(active, qualified)
    if (winner === undefined) return
    append(kept, { session: winner.session, start, end })
    for (const { session } of active) {
      if (session === winner.session) continue
      const why = session.program === winner.session.program ? 'CREDITED_TO_OTHER' : 'OTHER_PROGRAM'
      deducted.push({ session, start, end, why, by: winner.session })
    }
  })
  return { kept, deducted }
}

function credited(active: readonly Piece[], qualified: (session: Session) => boolean): Piece | undefined {
  const order = active.toSorted((a, b) => a.start - b.start || firstStarted(a.session, b.session))
  const program = order[0]?.session.program
  const ofProgram = order.filter(({ session }) => session.program === program)
  return ofProgram.find(({ session }) => qualified(session)) ?? ofProgram[0]
}

/** Joins a piece to the last when it goes on with it. */
function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last && last.session === piece.session && last.end === piece.start) {
    pieces[pieces.length - 1] = { ...last, end: piece.end }
  } else pieces.push(piece)
}

export type Window = { readonly start: number; readonly end: number }

/** The parts that lie inside a window, such as a calendar month. */
export const clip = (pieces: readonly Piece[], window: Window): readonly Piece[] =>
  pieces.flatMap((piece) => {
    const start = Math.max(piece.start, window.start)
    const end = Math.min(piece.end, window.end)
    return end > start ? [{ ...piece, start, end }] : []
  })

/** The parts outside the windows, of those pieces that `applies` to; what lies inside is deducted for this reason. */
export function without(
  pieces: readonly Piece[],
  windows: readonly Window[],
  { why, applies }: { readonly why: Deduction; readonly applies: (piece: Piece) => boolean },
): Split {
  const deducted: Deducted[] = []
  const kept = windows.reduce((rest, window) => {
    return rest.flatMap((piece) => {
      const [inside] = applies(piece) ? clip([piece], window) : []
      if (inside === undefined) return [piece]
      deducted.push({ ...inside, why })
      const before = { ...piece, end: inside.start }
      const after = { ...piece, start: inside.end }
      return [before, after].filter(({ start, end }) => end > start)
    })
  }, pieces)
  return { kept, deducted }
}

export const totalMs = (pieces: readonly { readonly start: number; readonly end: number }[]): number =>
  pieces.reduce((sum, { start, end }) => sum + end - start, 0)
