import type { Assignment } from '@cufflink/contracts'

/**
 * The history of a device after it is given to a patient from an instant (ms) on: who had it then had it until then. Who had it only
 * later is kept with no length: readings may lie under them that are to be moved.
 */
export function handOver(
  history: readonly Assignment[],
  next: { patient: string; from: number },
): Assignment[] {
  const before = history.map(({ patient, from, to }) => ({
    patient,
    from,
    to: Math.max(from, Math.min(to ?? next.from, next.from)),
  }))
  return [...before, next]
}

/** The other patients who have the device at an instant (ms) or get it later. */
export const othersFrom = (
  history: readonly Assignment[],
  { patient, from: instant }: { patient: string; from: number },
): readonly Assignment[] =>
  history.filter(
    ({ patient: other, from, to }) => other !== patient && (to === undefined || (to > instant && to > from)),
  )

/** Whether the patient has the device now, from before an instant (ms) on: what came before it would stay theirs. */
export const hasEarlier = (
  history: readonly Assignment[],
  { patient, from: instant }: { patient: string; from: number },
): boolean =>
  history.some(({ patient: who, from, to }) => who === patient && from < instant && to === undefined)
