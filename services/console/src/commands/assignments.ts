import type { Assignment } from '@cufflink/contracts'

/** The history of a device after it is given to a patient from an instant (ms) on: whoever had it then had it until then. */
export function handOver(
  history: readonly Assignment[],
  next: { patient: string; from: number },
): Assignment[] {
  const before = history
    .filter(({ from }) => from < next.from)
    .map(({ patient, from, to }) => ({ patient, from, to: Math.min(to ?? next.from, next.from) }))
  return [...before, next]
}
