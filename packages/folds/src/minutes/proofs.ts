import type { ProofRun, StretchEntry } from './document.ts'

/** How far presence is proven. `offset` is absent where the proof itself is not kept, only the minute it proved. */
export type Proven = {
  readonly epoch: number
  readonly until: number
  readonly stopped: boolean
  readonly offset?: number
}

export const compareRuns = (a: ProofRun, b: ProofRun): number =>
  a.epoch - b.epoch || a.lag - b.lag || a.from - b.from

/** The runs of both: those that overlap or follow one another are one. The very same list when `more` adds nothing. */
export function joinRuns(held: readonly ProofRun[], more: readonly ProofRun[]): readonly ProofRun[] {
  if (more.length === 0) return held
  const runs: ProofRun[] = []
  for (const run of [...held, ...more].toSorted(compareRuns)) {
    const last = runs.at(-1)
    const goesOn = last?.epoch === run.epoch && last.lag === run.lag && run.from <= last.to + 1
    if (last && goesOn) runs[runs.length - 1] = { ...later(last, run), from: last.from }
    else runs.push(run)
  }
  return same(runs, held) ? held : runs
}

/** Of two runs that are one the end that was written last; of equal proofs the first on the ledger. */
function later(a: ProofRun, b: ProofRun): ProofRun {
  const order =
    a.to - b.to || a.until - b.until || Number(a.stopped) - Number(b.stopped) || b.offset - a.offset
  return order >= 0 ? a : b
}

const same = (a: readonly ProofRun[], b: readonly ProofRun[]): boolean =>
  a.length === b.length &&
  a.every((run, index) => {
    const other = b[index]
    return (
      other !== undefined &&
      compareRuns(run, other) === 0 &&
      run.to === other.to &&
      run.until === other.until &&
      run.stopped === other.stopped &&
      run.offset === other.offset
    )
  })

/**
 * What was proven by a minute: the newest lease decides (design §5), within it the latest instant. No one is present
 * later than it is written. Undefined while the beginning is not known.
 */
export function provenAt(
  { opening, proofs, startedAt }: StretchEntry,
  minute = Number.POSITIVE_INFINITY,
): Proven | undefined {
  if (opening === undefined || opening.recordedMinute > minute) return undefined
  const { epoch, byHand } = opening
  const begun: Proven = { epoch, until: startedAt, stopped: byHand }
  return proofs.reduce<Proven>((best, run) => {
    if (run.from > minute) return best
    const proven = run.to <= minute ? whole(run) : within(run, minute)
    const order =
      best.epoch - proven.epoch || best.until - proven.until || Number(best.stopped) - Number(proven.stopped)
    return order >= 0 ? best : proven
  }, begun)
}

const whole = ({ epoch, until, stopped, offset, to }: ProofRun): Proven => ({
  epoch,
  until: Math.min(until, (to + 1) * 60_000 - 1),
  stopped,
  offset,
})

/** In the midst of a run the minute is known, and its first instant surely was proven. */
const within = ({ epoch, lag }: ProofRun, minute: number): Proven => ({
  epoch,
  until: Math.min(minute - lag, minute) * 60_000,
  stopped: false,
})
