import { hash } from 'node:crypto'
import { type Documents, monthsOfReadings } from '@cufflink/charts'
import { type Alarm, decodeFact, type FactOf, failure, patientKey, rowOf } from '@cufflink/contracts'
import { type Ledger, patientAt, type RegisteredDevice, type Registry } from '@cufflink/ledger'
import { type IndexedReading, monthOf, readingsOf } from '@cufflink/rules'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import { untilCurrent } from '../charts/current.ts'
import { repeat } from '../repeat.ts'

const LOOK_EVERY_MS = 1_000
const FOLDED_WITHIN_MS = 5_000
/** A device that keeps failing is looked at about once a minute. */
const MAX_TURNS_LEFT = 64

export type MovedReadingsOptions = {
  readonly ledger: Ledger
  readonly views: Pick<Views, 'watermark'>
  readonly documents: Pick<Documents, 'days'>
  readonly registry: Pick<Registry, 'all' | 'find' | 'onChange'>
  readonly clock: Clock
  readonly logger: Logger
}

type Recorded = FactOf<'reading.recorded'>

/** The moving of readings, and what of it a person must see to. */
export type MovingReadings = {
  /** A reading has come. The gateway that took it may not have known who has the device by now: the device is looked at. */
  recorded(fact: Recorded): void
  lookAtAll(): void
  alarmsOf(practice: string): readonly Alarm[]
  stop(): void
}

/** A device that is to be looked at; one that failed is left alone for some turns. */
type Pending = { readonly failures: number; readonly turnsLeft: number }
const afresh: Pending = { failures: 0, turnsLeft: 0 }

/**
 * Moves readings to the patient who turns out to have had the device (ADR 19): first `reading.recorded` for the new patient, then
 * `reading.retracted` for the old one. What is left to do is what the index of the old patient still has, so that a crash between the
 * two, or another console doing the same, does no harm. A device that more than one patient had is looked at when its record changes and
 * when it sends a reading, and all of them at every start. A device whose move fails is tried again, ever more seldom, and holds up no other.
 */
export function moveReadings(options: MovedReadingsOptions): MovingReadings {
  const { registry, logger } = options
  const pending = new Map<string, Pending>()
  const mark = (device: RegisteredDevice | undefined, as: Pending): void => {
    if (device !== undefined && wasSeveralPatients(device)) pending.set(device.device, as)
  }
  const lookAtAll = (): void => {
    for (const device of registry.all()) mark(device, afresh)
  }
  lookAtAll()
  const forget = registry.onChange((device) => mark(device, afresh))

  async function look(name: string, one: Pending): Promise<void> {
    if (one.turnsLeft > 0) {
      pending.set(name, { ...one, turnsLeft: one.turnsLeft - 1 })
      return
    }
    const device = registry.find(name)
    try {
      if (device !== undefined) await moveOf(device, options)
    } catch (error) {
      // While the views are away or behind, no device is at fault: the turn ends, and the next one tries them all.
      if (rowOf(error).class === 'transient') throw error
      const failures = one.failures + 1
      pending.set(name, { failures, turnsLeft: Math.min(2 ** failures, MAX_TURNS_LEFT) })
      const { code } = rowOf(error)
      logger.warn('readings of a device were not moved', { code, attempt: failures, error })
      return
    }
    // What was marked again meanwhile is looked at again.
    if (pending.get(name) === one) pending.delete(name)
  }

  const stop = repeat(LOOK_EVERY_MS, async () => {
    for (const [name, one] of pending) await look(name, one)
  })
  return {
    recorded({ data: { reading } }) {
      mark(registry.find(reading.device), { ...(pending.get(reading.device) ?? afresh) })
    },
    lookAtAll,
    alarmsOf(practice) {
      const { code, message } = failure('READINGS_NOT_MOVED')
      return [...pending].flatMap(([name, { failures }]) =>
        failures > 0 && registry.find(name)?.tenant === practice
          ? [{ code, message: `${message} It is ${name}.` }]
          : [],
      )
    },
    stop() {
      forget()
      stop()
    },
  }
}

const wasSeveralPatients = ({ assignments }: RegisteredDevice): boolean =>
  new Set(assignments.map(({ patient }) => patient)).size > 1

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
