import type { FactOf, MinutesFact, TimeFact } from '@cufflink/contracts'
import { MINUTE } from './facts.ts'

const envelope = { v: 1, tenant: 'riverside', by: 'service:console' } as const

export type TimerInput = {
  readonly session?: string
  readonly patient?: string
  readonly clinician?: string
  readonly startedAt: number
  readonly epoch?: number
}

/** The facts of one timer; instants in epoch ms. Each is written when it is said to have happened unless `at` says otherwise. */
export function timer(input: TimerInput) {
  const { session = 's-1', patient = 'p-1', clinician = 'nurse-ada', startedAt, epoch = 1 } = input
  const place = { session, patient, clinician, startedAt }
  const kind = { program: 'RPM', category: 'data-review' } as const
  const about = (what: string, at: number) => ({ ...envelope, id: `${session}-${what}-${at}`, at })
  return {
    started: (at = startedAt): FactOf<'time.started'> => ({
      ...about('started', at),
      type: 'time.started',
      data: { ...place, ...kind, epoch },
    }),
    extended: (until: number, under = epoch, at = until): FactOf<'time.extended'> => ({
      ...about(`extended-${under}`, at),
      type: 'time.extended',
      data: { ...place, epoch: under, until },
    }),
    stopped: (until: number, under = epoch, at = until): FactOf<'time.stopped'> => ({
      ...about(`stopped-${under}`, at),
      type: 'time.stopped',
      data: { ...place, epoch: under, until, reason: 'stopped' },
    }),
    amended: (from: number, until: number, at = until + MINUTE): FactOf<'time.amended'> => ({
      ...about(`amended-${from}`, at),
      type: 'time.amended',
      data: { ...place, ...kind, from, until, reason: 'a correction' },
    }),
    voided: (at: number): FactOf<'time.voided'> => ({
      ...about('voided', at),
      type: 'time.voided',
      data: { ...place, reason: 'wrong chart' },
    }),
  } satisfies Record<string, (...instants: number[]) => TimeFact & MinutesFact>
}
