import type { BodyOf, Chart } from '@cufflink/contracts'
import type { SignedInPerson } from '../people/person.ts'
import { seeded } from './random.ts'

const MINUTE_MS = 60_000

export type StaffOptions = {
  readonly person: SignedInPerson
  readonly practice: string
  readonly patients: readonly string[]
  /** What time it is at the practice, ms since 1970. */
  now(): number
  /** A piece of work so often, ms of the wall. */
  readonly everyMs: number
  readonly seed: number
}

/** A nurse at work until closed: reviews readings, calls, writes notes, one patient after the other. */
export type Staff = { readonly pieces: number; close(): Promise<void> }

export function startStaff({ person, practice, patients, now, everyMs, seed }: StaffOptions): Staff {
  const random = seeded(seed)
  let pieces = 0
  let last = 0
  let closed = false
  let busy: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    busy = busy.then(work).catch(() => undefined) // the console is away: the next piece comes later
  }, everyMs)

  async function work(): Promise<void> {
    if (closed) return
    const patient = patients[Math.floor(random() * patients.length)]!
    const params = { practice, patient }
    const until = now()
    const minutes = 3 + Math.floor(random() * 6)
    const from = Math.max(last, until - minutes * MINUTE_MS)
    if (until - from < MINUTE_MS) return
    last = until
    const talks = random() < 0.4
    const body = { program: 'RPM', category: talks ? 'conversation' : 'data-review', from, until } as const
    await person.call('enterTime', { params, body: { ...body, reason: 'simulated work' } })
    if (talks)
      await person.call('recordInteraction', {
        params,
        body: {
          startedAt: from,
          endedAt: until,
          mode: 'phone',
          direction: 'outbound',
          reached: 'patient',
          outcome: 'talked',
        },
      })
    else
      await person.call('writeNote', {
        params,
        body: {
          notedAt: until,
          category: 'data-review',
          readings: await latestReadings(patient),
          dataReviewed: 'The readings of the last days.',
          assessment: 'Simulated: stable.',
          decision: 'No change.',
          nextStep: 'Look again next week.',
        },
      })
    pieces += 1
  }

  /** The readings that the chart shows first: what the nurse says to have looked at. */
  async function latestReadings(patient: string): Promise<BodyOf<'writeNote'>['readings']> {
    const month = new Date(now()).toISOString().slice(0, 7)
    const socket = person.socket('livePatient', { practice, patient, month })
    try {
      const first = Promise.withResolvers<string>()
      socket.addEventListener('message', ({ data }) => first.resolve(String(data)), { once: true })
      socket.addEventListener('close', () => first.reject(new Error('the chart did not open')), {
        once: true,
      })
      const { readings } = JSON.parse(await first.promise) as Chart
      return readings.slice(0, 3).map(({ device, measuredAt, offset }) => ({ device, measuredAt, offset }))
    } finally {
      socket.close()
    }
  }

  return {
    get pieces() {
      return pieces
    },
    async close() {
      closed = true
      clearInterval(timer)
      await busy
    },
  }
}
