import type { FactOf } from '@cufflink/contracts'
import { type Timer, untilOf } from './timer.ts'

type Ending = FactOf<'time.stopped'>['data']['reason']

/** `at` is the practice's clock. The facts of one timer are told apart by how far they go, so that a repetition is the same fact. */
const envelope = ({ practice, clinician, session }: Timer, at: number, name: string) =>
  ({ id: `${session}-${clinician}-${name}`, v: 1, tenant: practice, at, by: `user:${clinician}` }) as const

const nameOf = ({ patient, clinician, session, startedAt, epoch }: Timer) =>
  ({ patient, clinician, session, startedAt, epoch }) as const

export const started = (timer: Timer): FactOf<'time.started'> => ({
  ...envelope(timer, timer.startedAt, 'started'),
  type: 'time.started',
  data: { ...nameOf(timer), program: timer.program, category: timer.category },
})

export const extended = (timer: Timer, at: number): FactOf<'time.extended'> => ({
  ...envelope(timer, at, `until-${untilOf(timer)}-${timer.epoch}`),
  type: 'time.extended',
  data: { ...nameOf(timer), until: untilOf(timer) },
})

export const stopped = (timer: Timer, at: number, reason: Ending): FactOf<'time.stopped'> => ({
  ...envelope(timer, at, `stopped-${timer.epoch}`),
  type: 'time.stopped',
  data: { ...nameOf(timer), until: untilOf(timer), reason },
})
