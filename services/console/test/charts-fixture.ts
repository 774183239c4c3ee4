import type { Chart } from '@cufflink/contracts'
import type { SignedInPerson } from '@cufflink/testkit'
import type { RunningConsole } from './console-fixture.ts'
import { openReader } from './live/live-reader.ts'

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const zone = 'America/New_York'

/** The instant (ms) of a local date and time of day in New York. */
export const at = (date: string, time = '12:00'): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds

/** A clock of the practice, and a stopwatch of work, that stand until they are moved. */
export function handClock(now: number) {
  let [instant, worked] = [now, 0]
  return {
    clock: { rate: 1, now: () => instant },
    stopwatch: () => worked,
    /** Time passes. */
    pass(ms: number): void {
      instant += ms
      worked += ms
    },
    /** The wall clock is set, while no time passes. */
    set(to: number): void {
      instant = to
    },
  }
}
export type HandClock = ReturnType<typeof handClock>

export type Stay = {
  readonly console: Pick<RunningConsole, 'operator'>
  readonly practice: string
  readonly patient: string
  readonly since: number
}

/** Puts a patient's file in order, as the operator, from an instant on: enrolled, consented, ordered, an episode. */
export async function admit({ console: { operator }, practice, patient, since }: Stay): Promise<void> {
  const params = { practice, patient }
  await operator.call('enrolPatient', {
    params,
    body: { name: `Patient ${patient}`, zone, enrolledAt: since },
  })
  const by = `${practice}-ada`
  const practitioner = await physicianOf(operator, practice)
  const consent = { consentedAt: since, mode: 'verbal', takenBy: by, costShareExplained: true } as const
  const order = { diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7 } as const
  await Promise.all([
    operator.call('recordConsent', { params, body: consent }),
    operator.call('recordOrder', { params, body: { orderedAt: since, practitioner, ...order } }),
    operator.call('openEpisode', { params: { ...params, episode: 'e-1' }, body: { openedAt: since } }),
  ])
}

const physicians = new WeakMap<object, Map<string, Promise<string>>>()

/** A physician of the practice, who may order; added once. */
export function physicianOf(operator: RunningConsole['operator'], practice: string): Promise<string> {
  const user = `${practice}-physician`
  const body = {
    name: 'Dana Lee, MD',
    roles: ['clinician'],
    credential: 'physician',
    password: 'a password of the tests',
  } as const
  return physicians
    .getOrInsertComputed(operator, () => new Map())
    .getOrInsertComputed(practice, async () => {
      await operator.call('registerUser', {
        params: { practice, user },
        body: { ...body, roles: [...body.roles] },
      })
      return user
    })
}

/** A patient's chart as it comes once it is as told; the last one otherwise fails the test. */
export async function chartOf(
  person: SignedInPerson,
  of: { readonly practice: string; readonly patient: string; readonly month: string },
  fits: (chart: Chart) => unknown = () => true,
): Promise<Chart> {
  using reader = openReader(person, 'livePatient', of)
  await reader.until((messages) => messages.length > 0 && fits(messages.at(-1)!), 'the chart to be as told')
  return reader.messages.at(-1)!
}

/** Two patients of a practice whose facts lie on different partitions of two. */
export function apart(console: Pick<RunningConsole, 'ledger'>, practice: string): readonly [string, string] {
  const names = Array.from({ length: 50 }, (_, index) => `p-${index}`)
  const partition = (patient: string) => console.ledger.partitionOf(`${practice}/${patient}`)
  const first = names[0]!
  return [first, names.find((name) => partition(name) !== partition(first))!]
}
