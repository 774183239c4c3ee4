import type { Timer } from './timer.ts'

/** What a timer's lease says, so that another server can go on with it, or end it. */
export type LeaseNote = Omit<Timer, 'epoch' | 'warned'> & {
  readonly kind: 'timer'
  /** When it was said, in ms of work since the start. */
  readonly saidMs: number
}

export function noteOf({ epoch: _epoch, warned: _warned, ...timer }: Timer, saidMs: number): string {
  const note: LeaseNote = { ...timer, kind: 'timer', saidMs }
  return JSON.stringify(note)
}

/** The note of a lease; `undefined` of one that is not a timer's. */
export function readNote(text: string): LeaseNote | undefined {
  const note = JSON.parse(text) as { kind?: string }
  return note.kind === 'timer' ? (note as LeaseNote) : undefined
}

/** The lease that a clinician's timer runs under. */
export const leaseName = ({ practice, clinician }: { practice: string; clinician: string }): string =>
  `${practice}/${clinician}`
