import { hash } from 'node:crypto'
import { decodeFact, type FactOf, patientKey } from '@cufflink/contracts'
import { type Ledger, patientAt, type RegisteredDevice, type Registry } from '@cufflink/ledger'
import { type IndexedReading, monthOf, readingsOf } from '@cufflink/rules'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import { untilCurrent } from '../charts/current.ts'
import type { Documents } from '../charts/documents.ts'
import { monthsOfReadings } from '../charts/months.ts'
import { repeat } from '../repeat.ts'

const LOOK_EVERY_MS = 1_000
const FOLDED_WITHIN_MS = 5_000

export type MovedReadingsOptions = {
  readonly ledger: Ledger
  readonly views: Pick<Views, 'watermark'>
  readonly documents: Pick<Documents, 'days'>
  readonly registry: Pick<Registry, 'all' | 'find' | 'onChange'>
  readonly clock: Clock
}

type Recorded = FactOf<'reading.recorded'>

/**
 * Moves readings to the patient who turns out to have had the device (ADR 19): first `reading.recorded` for the new patient, then
 * `reading.retracted` for the old one. What is left to do is what the index of the old patient still has, so that a crash between the
 * two, or another console doing the same, does no harm; every start looks at all devices that more than one patient had.
 * @returns a function that ends it
 */
export function moveReadings(options: MovedReadingsOptions): () => void {
  const { registry } = options
  const pending = new Set<string>()
  const mark = ({ device, assignments }: RegisteredDevice): void => {
    if (new Set(assignments.map(({ patient }) => patient)).size > 1) pending.add(device)
  }
  for (const device of registry.all()) mark(device)
  const forget = registry.onChange(mark)
  const stop = repeat(LOOK_EVERY_MS, async () => {
    for (const name of pending) {
      const device = registry.find(name)
      if (device !== undefined) await moveOf(device, options)
      if (registry.find(name) === device) pending.delete(name)
    }
  })
  return () => {
    forget()
    stop()
  }
}

async function moveOf(device: RegisteredDevice, options: MovedReadingsOptions): Promise<void> {
  const current = await untilCurrent(options, FOLDED_WITHIN_MS)
  const holders = Map.groupBy(device.assignments, ({ patient }) => patient)
  for (const [patient, spans] of holders) {
    const since = Math.min(...spans.map(({ from }) => from))
    const found = await standing(options, device, { patient, since })
    await current.requireStill()
    for (const one of found) await moveOne(one, { device, patient, options })
  }
}

/** The readings of the device that stand under a patient and may be another's. */
async function standing(
  { documents, clock }: MovedReadingsOptions,
  device: RegisteredDevice,
  { patient, since }: { readonly patient: string; readonly since: number },
): Promise<readonly IndexedReading[]> {
  const months = monthsOfReadings(since, Math.max(since, clock.now()))
  const days = await documents.days(device.tenant, patient, months)
  // The index knows the second; whose the reading is, is decided by its very instant.
  const mayBeOthers = (second: number): boolean =>
    patientAt(device, second * 1000) !== patient || patientAt(device, second * 1000 + 999) !== patient
  return readingsOf(days).filter(
    (one) => one.device === device.device && one.fault === undefined && mayBeOthers(one.reading.second),
  )
}

type Move = {
  readonly device: RegisteredDevice
  /** Under whom it stands. */
  readonly patient: string
  readonly options: MovedReadingsOptions
}

async function moveOne({ reading }: IndexedReading, move: Move): Promise<void> {
  const { device, patient, options } = move
  const { ledger, clock } = options
  const fact = await factAt(ledger, patientKey(device.tenant, patient), reading.offset)
  const next = fact && patientAt(device, fact.data.reading.measuredAt)
  if (fact === undefined || next === undefined || next === patient) return
  const { measuredAt } = fact.data.reading
  const word = (kind: string) => ({
    id: hash(
      'sha256',
      `${kind}\n${fact.id}\n${patient}\n${JSON.stringify(device.assignments)}`,
      'base64url',
    ).slice(0, 27),
    v: 1 as const,
    tenant: device.tenant,
    at: clock.now(),
    by: 'service:console',
  })
  const named = { device: device.device, measuredAt, readingId: fact.id, reason: REASON }
  const { tenant, at, by } = word('recorded')
  await ledger.append({
    id: fact.id,
    type: 'reading.recorded',
    v: 2,
    tenant,
    at,
    by,
    data: { patient: next, reading: fact.data.reading },
  })
  const there = readingsOf(await options.documents.days(tenant, next, [monthOf(measuredAt)]))
  const wasTakenBack = there.some(
    (one) =>
      one.fault === 'RETRACTED' &&
      one.device === device.device &&
      one.reading.second === reading.second &&
      one.reading.idHash === reading.idHash,
  )
  if (wasTakenBack)
    await ledger.append({
      ...word('restored'),
      type: 'reading.restored',
      data: { patient: next, ...named },
    })
  await ledger.append({ ...word('retracted'), type: 'reading.retracted', data: { patient, ...named } })
}

const REASON = 'The device was another patient’s when it measured this.'

async function factAt(ledger: Ledger, key: string, offset: number): Promise<Recorded | undefined> {
  const [record] = await ledger.read('readings', ledger.partitionOf(key), offset, 1)
  if (record?.offset !== offset) return undefined
  const fact = decodeFact(record.text)
  return fact.type === 'reading.recorded' ? fact : undefined
}
