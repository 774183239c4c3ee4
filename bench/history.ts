import { hash } from 'node:crypto'
import type { Fact, FactOf } from '@cufflink/contracts'
import { patientKey } from '@cufflink/contracts'
import {
  clinicianKey,
  type DaysDocument,
  daysKey,
  encodeDays,
  encodeLate,
  encodeMinutes,
  foldDays,
  foldMinutes,
  joinMinutes,
  lateKey,
  type MinutesDocument,
  minutesKey,
} from '@cufflink/folds'
import { clinicianFacts } from '@cufflink/testkit'
import type { DocumentWrite, Views } from '@cufflink/views'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const READINGS_PER_DAY = 4
const TIMERS_PER_MONTH = 4
const TIMER_MS = 5 * 60_000
const DOCUMENTS_AT_ONCE = 500
const ZONE = 'America/New_York'

export type History = {
  readonly practice: string
  readonly patients: number
  readonly clinicians: number
  /** UTC months of readings and timers, the last of them that of `now`. */
  readonly months: number
  readonly now: number
}

export const patientOf = (index: number): string => `p-${index}`
export const deviceOf = (index: number): string => `dev-${index}`
export const nurseOf = (index: number): string => `nurse-${index}`

/** The practice, its people, its patients with all that the rules ask for, and their devices, as facts. */
export function* historyFacts({ practice, patients, clinicians, months, now }: History): Generator<Fact> {
  const at = startOfMonth(now, months - 1) - DAY_MS
  const envelope = { v: 1, tenant: practice, at, by: 'service:bench' } as const
  yield { ...envelope, id: 'open', type: 'practice.opened', data: { name: 'Bench', zone: ZONE } }
  yield* clinicianFacts(
    practice,
    Array.from({ length: clinicians }, (_, n) => nurseOf(n)),
    at,
  )
  for (let n = 0; n < patients; n += 1) {
    const patient = patientOf(n)
    const enrolled = { patient, name: `Invented ${n}`, zone: ZONE, enrolledAt: at }
    const consent = { patient, consentedAt: at, mode: 'verbal', takenBy: nurseOf(0) } as const
    const order = { patient, orderedAt: at, practitioner: 'physician' }
    const episode = { patient, episode: 'e-1', openedAt: at }
    yield { ...envelope, id: `enrol-${n}`, type: 'patient.enrolled', data: enrolled }
    yield { ...envelope, id: `consent-${n}`, type: 'consent.recorded', data: consent }
    yield { ...envelope, id: `order-${n}`, type: 'order.recorded', data: order }
    yield { ...envelope, id: `episode-${n}`, type: 'episode.opened', data: episode }
    yield {
      ...envelope,
      id: `device-${n}`,
      type: 'device.registered',
      data: {
        device: deviceOf(n),
        model: 'BPM',
        secretDigest: hash('sha256', `secret-${n}`, 'hex'),
        status: 'active',
        assignments: [{ patient, from: at }],
      },
    }
  }
}

export type Partitions = { readonly partitions: number; partitionOf(key: string): number }

/**
 * Puts the documents of past months straight into the views, as a tracker would have folded them: four readings a day of each patient, and
 * four timers a month of five minutes, one clinician's never two at once. The watermarks stay where they are.
 */
export async function seedHistory(
  views: Pick<Views, 'commit'>,
  { partitions, partitionOf }: Partitions,
  history: History,
): Promise<{ readonly documents: number; readonly bytes: number }> {
  let documents = 0
  let bytes = 0
  for (let ago = history.months - 1; ago >= 0; ago -= 1) {
    const month = monthAgo(history, ago, Math.ceil(history.patients / partitions))
    const lists = { readings: listsOf(partitions), activity: listsOf(partitions) }
    const parts = new Map<string, MinutesDocument>()
    for (let n = 0; n < history.patients; n += 1) {
      const { practice, clinicians } = history
      const patient = patientOf(n)
      const partition = partitionOf(patientKey(practice, patient))
      const minutes = timersOf(history, month, n)
      const clinician = nurseOf(n % clinicians)
      const part = `${partition} ${clinicianKey(practice, clinician, month.name)}`
      parts.set(part, joinMinutes(parts.get(part) ?? minutes, minutes))
      lists.activity[partition]!.push({
        key: minutesKey(practice, patient, month.name),
        bytes: encodeMinutes(minutes),
      })
      lists.readings[partition]!.push(...readingsOf(month, history, n))
    }
    for (const [part, document] of parts) {
      const [partition, key] = part.split(' ') as [string, string]
      lists.activity[Number(partition)]!.push({ key, bytes: encodeMinutes(document) })
    }
    for (const topic of ['readings', 'activity'] as const)
      for (const [partition, list] of lists[topic].entries())
        for (let from = 0; from < list.length; from += DOCUMENTS_AT_ONCE) {
          const some = list.slice(from, from + DOCUMENTS_AT_ONCE)
          await views.commit(
            { topic, partition },
            { expected: 0, next: 0, documents: some, members: [], changed: new Map() },
          )
          documents += some.length
          bytes += some.reduce((sum, one) => sum + one.bytes.length, 0)
        }
  }
  return { documents, bytes }
}

const listsOf = (partitions: number): DocumentWrite[][] => Array.from({ length: partitions }, () => [])

type Month = {
  readonly name: string
  readonly from: number
  readonly until: number
  readonly days: DaysDocument
}

/**
 * A month's readings of one patient; of the others they only differ in the device. Six hours apart, more or less; on the ledger lie those of
 * the partition's other patients between them, in turns.
 */
function monthAgo({ now, practice, months }: History, ago: number, others: number): Month {
  const from = startOfMonth(now, ago)
  const until = Math.min(startOfMonth(now, ago - 1), now)
  let days: DaysDocument | undefined
  const apart = DAY_MS / READINGS_PER_DAY
  for (let n = 0; from + n * apart < until; n += 1) {
    const measuredAt = from + n * apart + ((n * 7_919) % 5_400) * 1_000
    if (measuredAt >= until) break
    const offset = (124 * (months - 1 - ago) + n) * others + ((n * 104_729) % others)
    const fact: FactOf<'reading.recorded'> = {
      id: hash('sha256', `${ago} ${n}`, 'base64url').slice(0, 27),
      type: 'reading.recorded',
      v: 1,
      tenant: practice,
      at: measuredAt + 2_000,
      by: 'service:gateway',
      data: {
        patient: patientOf(0),
        reading: {
          device: deviceOf(0),
          measuredAt,
          gatewayReceivedAt: measuredAt + 2_000,
          clockQuality: 'synced',
          measurement: { kind: 'body-weight', weightKg: (800 + ((n * 37) % 23)) / 10 },
        },
      },
    }
    days = foldDays(days, fact, offset)
  }
  if (days === undefined) throw new Error('A month has readings.')
  return { name: new Date(from).toISOString().slice(0, 7), from, until, days }
}

function readingsOf({ name, days }: Month, { practice }: History, n: number): DocumentWrite[] {
  const device = deviceOf(n)
  const patient = patientOf(n)
  return [
    {
      key: daysKey(practice, patient, name),
      bytes: encodeDays({ ...days, devices: days.devices.map((one) => ({ ...one, device })) }),
    },
    {
      key: lateKey(practice, patient),
      bytes: encodeLate({ latestMonth: days.monthIndex, lastOffset: -1 }),
    },
  ]
}

function timersOf({ practice, patients, clinicians }: History, month: Month, n: number): MinutesDocument {
  const ofOne = Math.ceil(patients / clinicians) * TIMERS_PER_MONTH
  const apart = Math.floor((month.until - month.from) / ofOne)
  const clinician = nurseOf(n % clinicians)
  let document: MinutesDocument | undefined
  for (let k = 0; k < TIMERS_PER_MONTH; k += 1) {
    const place = Math.floor(n / clinicians) + k * Math.ceil(patients / clinicians)
    const startedAt = month.from + place * apart
    const until = startedAt + Math.min(TIMER_MS, apart)
    const session = `${month.name}-${n}-${k}`
    const data = { patient: patientOf(n), clinician, session, startedAt }
    const envelope = { v: 1, tenant: practice, by: 'service:console' } as const
    const facts: (FactOf<'time.started'> | FactOf<'time.stopped'>)[] = [
      {
        ...envelope,
        id: `start-${session}`,
        at: startedAt,
        type: 'time.started',
        data: { ...data, program: 'RPM', category: 'data-review', epoch: 1 },
      },
      {
        ...envelope,
        id: `stop-${session}`,
        at: until,
        type: 'time.stopped',
        data: { ...data, epoch: 1, until, reason: 'stopped' },
      },
    ]
    for (const fact of facts) document = foldMinutes(document, fact, 2 * n)
  }
  if (document === undefined) throw new Error('A month has timers.')
  return document
}

/** The beginning of a UTC month, `ago` months before that of `now`; ms. */
function startOfMonth(now: number, ago: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - ago, 1)
}
