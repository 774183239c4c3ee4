import { type Deduction, firstStarted, type Lease, type Stretch } from '@cufflink/folds'

/** A part of a stretch; ms, `end` exclusive. */
export type Piece = { readonly stretch: Stretch; readonly start: number; readonly end: number }
export type Deducted = Piece & { readonly why: Deduction; readonly by?: Stretch }
export type Split = { readonly kept: readonly Piece[]; readonly deducted: readonly Deducted[] }

/**
 * One clinician cannot be in two places: of overlapping stretches the first started keeps its time, a later one begins
 * when it ends. A timer ends where the clinician's first timer was started under a newer lease than its own newest
 * (design §5): one that a newer lease took over goes on. `leases` are of every timer, also of one that adds nothing.
 * The cost is that of sorting: n log n in a clinician's stretches.
 */
export function disjointPerClinician(stretches: readonly Stretch[], leases: readonly Lease[]): Split {
  const kept: Piece[] = []
  const deducted: Deducted[] = []
  const perClinician = Map.groupBy(leases, ({ clinician }) => clinician)
  for (const [clinician, own] of Map.groupBy(stretches, (stretch) => stretch.clinician)) {
    const newerLeaseAt = newerLeases(perClinician.get(clinician) ?? [])
    const busy = busyTimes()
    for (const stretch of own.toSorted(firstStarted)) {
      const end = Math.max(stretch.start, Math.min(stretch.end, newerLeaseAt(stretch.epoch)))
      if (end < stretch.end) deducted.push({ stretch, start: end, end: stretch.end, why: 'OLD_LEASE' })
      const before = busy.at(stretch)
      const start = Math.min(end, Math.max(stretch.start, before?.until ?? stretch.start))
      if (before && start > stretch.start)
        deducted.push({ stretch, start: stretch.start, end: start, why: 'STAFF_OVERLAP', by: before.by })
      if (end > start) kept.push({ stretch, start, end })
      busy.add(stretch, end)
    }
  }
  return { kept, deducted }
}

type Busy = { readonly until: number; readonly stretch: Stretch }

/** Until when a clinician is busy; of stretches that come in the order in which they start. */
function busyTimes() {
  let longest: Busy | undefined
  /** Of each patient the stretch that lasts longest, while it may still last. */
  const lasting = new Map<string, Busy>()

  /** With another patient than this: a longer stretch with the same patient does not hide that. */
  function withAnother({ patient, start }: Stretch): Stretch | undefined {
    for (const [other, { until, stretch }] of lasting) {
      // What comes later starts later still.
      if (until <= start) lasting.delete(other)
      else if (other !== patient) return stretch
    }
    return undefined
  }

  return {
    /** Until when the clinician is busy already as a stretch begins, and which patient that names. */
    at(stretch: Stretch): { readonly until: number; readonly by: Stretch } | undefined {
      if (longest === undefined || longest.until <= stretch.start) return undefined
      return { until: longest.until, by: withAnother(stretch) ?? longest.stretch }
    },
    add(stretch: Stretch, until: number): void {
      if (longest === undefined || until > longest.until) longest = { until, stretch }
      const own = lasting.get(stretch.patient)
      if (own === undefined || until > own.until) lasting.set(stretch.patient, { until, stretch })
    },
  }
}

/** The first start under a newer lease than an epoch. Time by hand has no lease (epoch 0) and no end here. */
function newerLeases(leases: readonly Lease[]): (epoch: number) => number {
  const newestFirst = leases.toSorted((a, b) => b.epoch - a.epoch)
  /** For each lease the first start under one that is as new or newer. */
  const firstStarts: number[] = []
  for (const { startedAt } of newestFirst)
    firstStarts.push(Math.min(startedAt, firstStarts.at(-1) ?? Infinity))
  return (epoch) => {
    if (epoch === 0) return Infinity
    let [newer, others] = [0, newestFirst.length]
    while (newer < others) {
      const middle = (newer + others) >>> 1
      if (newestFirst[middle]!.epoch > epoch) newer = middle + 1
      else others = middle
    }
    return firstStarts[newer - 1] ?? Infinity
  }
}

/**
 * One patient's minute counts once, for one program, for one person: the program of the first who was there, and within
 * it a qualified professional first, then the first who was there. Who was elsewhere until then was not there.
 */
export function unionPerPatient(pieces: readonly Piece[], qualified: (stretch: Stretch) => boolean): Split {
  const instants = [...new Set(pieces.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b)
  const coming = pieces.toSorted((a, b) => b.start - a.start)
  const kept: Piece[] = []
  const deducted: Deducted[] = []
  let active: Piece[] = []
  instants.forEach((start, index) => {
    const end = instants[index + 1]
    if (end === undefined) return
    active = active.filter((piece) => piece.end > start)
    while (coming.at(-1)?.start === start) active.push(coming.pop()!)
    const winner = credited(active, qualified)
    if (winner === undefined) return
    append(kept, { stretch: winner.stretch, start, end })
    for (const { stretch } of active) {
      if (stretch === winner.stretch) continue
      const why = stretch.program === winner.stretch.program ? 'CREDITED_TO_OTHER' : 'OTHER_PROGRAM'
      deducted.push({ stretch, start, end, why, by: winner.stretch })
    }
  })
  return { kept, deducted }
}

function credited(active: readonly Piece[], qualified: (stretch: Stretch) => boolean): Piece | undefined {
  const order = active.toSorted((a, b) => a.start - b.start || firstStarted(a.stretch, b.stretch))
  const program = order[0]?.stretch.program
  const ofProgram = order.filter(({ stretch }) => stretch.program === program)
  return ofProgram.find(({ stretch }) => qualified(stretch)) ?? ofProgram[0]
}

/** Joins a piece to the last when it goes on with it. */
function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last && last.stretch === piece.stretch && last.end === piece.start) {
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
