import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type FactOf, patientKey } from '@cufflink/contracts'
import { partitionOf } from '@cufflink/ledger'
import { connectDevice, type FaultDevice, measuredAtOf } from '@cufflink/testkit'
import { Kafka, logLevel } from 'kafkajs'
import { talliesOf } from './observed.ts'
import { auditIsClean, comeToRest, metric, more, withoutRestart } from './steps.ts'
import { type System, startDistributed, startEmbeddedSystem } from './system.ts'

const PER_SECOND = 200
const NOT_SENT = 50_000
const DEEP = 100_000

type Poison = { readonly key: string | null; readonly value: string | Buffer | null }

/** A practice that is not the patient's and shares the partition: a fact that lies about it could reach it. */
function otherPractice({ tenant, patient }: FaultDevice, partitions: number): string {
  const own = partitionOf(patientKey(tenant, patient), partitions)
  const names = Array.from({ length: 1_000 }, (_, n) => `elsewhere-${n}`)
  return names.find((name) => partitionOf(patientKey(name, patient), partitions) === own)!
}

/** Records that no gateway writes, for the partition of one patient. Each is whole but for one thing. */
function poisons(device: FaultDevice, elsewhere: string): Poison[] {
  const { tenant, patient } = device
  const key = patientKey(tenant, patient)
  const instant = measuredAtOf(NOT_SENT)
  const measurement = { kind: 'blood-pressure', systolicMmHg: 120, diastolicMmHg: 80 }
  const reading = {
    device: device.device,
    measuredAt: instant,
    gatewayReceivedAt: instant,
    clockQuality: 'synced',
    measurement,
  }
  const fact = {
    id: 'poison',
    type: 'reading.recorded',
    v: 1,
    tenant,
    at: instant,
    by: `device:${device.device}`,
    data: { patient, reading },
  }
  const whole = JSON.stringify(fact)
  const withReading = (change: object): string =>
    JSON.stringify({ ...fact, data: { patient, reading: { ...reading, ...change } } })
  const texts = [
    '',
    'null',
    '7',
    whole.slice(0, -2),
    '['.repeat(DEEP) + ']'.repeat(DEEP),
    whole.replace(/"data":.*/, `"data":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`),
    whole.replace(/"data":.*/, `"data":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`),
    whole.replace('"systolicMmHg":120', '"systolicMmHg":NaN'),
    withReading({ measurement: { ...measurement, systolicMmHg: 1e308 } }),
    withReading({ measuredAt: 1e308 }),
    withReading({ measuredAt: -1 }),
    withReading({ device: '__proto__' }),
    JSON.stringify({ ...fact, type: '__proto__' }),
    JSON.stringify({ ...fact, type: 'reading.foretold' }),
    JSON.stringify({ ...fact, v: 0 }),
    JSON.stringify({ ...fact, v: 3 }),
    JSON.stringify({ ...fact, v: 1e308 }),
    JSON.stringify({ ...fact, tenant: elsewhere }),
    JSON.stringify({ ...fact, data: { patient: 'p-1', reading } }),
  ]
  return [
    ...texts.map((value) => ({ key, value })),
    { key, value: Buffer.from([0xff, 0xfe, 0x00]) },
    { key: null, value: whole },
    { key: null, value: null },
  ]
}

/** What a device may send that is no reading. */
const payloads = [
  '',
  'null',
  '{"kind":"blood-pr',
  '['.repeat(DEEP),
  '['.repeat(DEEP / 2) + ']'.repeat(DEEP / 2),
  '{"kind":"blood-pressure","systolicMmHg":NaN,"diastolicMmHg":80}',
  '{"kind":"blood-pressure","systolicMmHg":1e308,"diastolicMmHg":80}',
  '{"kind":"body-weight","weightKg":80,"measuredAt":1e308}',
  '{"kind":"body-weight","weightKg":80,"__proto__":{"kind":"blood-glucose"}}',
  '{"kind":"constructor"}',
  '{"kind":"body-weight","weightKg":80,"measuredAt":"2026-02-30T00:00:00Z"}',
]

/** Readings before and after the poison count, the poison is set aside once, and no one else sees any of it. */
async function poisonIsSetAside(
  system: System,
  write: (poisons: readonly Poison[]) => Promise<void>,
): Promise<void> {
  const { fleet, devices, partitions, mqttUrl } = system
  const [victim] = devices
  const elsewhere = otherPractice(victim!, partitions)
  const list = poisons(victim!, elsewhere)
  fleet.publish(PER_SECOND)
  await more(fleet, PER_SECOND, 'acknowledged')
  await write(list)
  await more(fleet, PER_SECOND, 'acknowledged')
  {
    await using device = connectDevice({ url: mqttUrl, ...devices[1]! })
    for (const payload of payloads) await device.publish(payload)
  }
  await more(fleet, PER_SECOND, 'acknowledged')
  await comeToRest(system)
  await auditIsClean(system)
  const [dates] = (await talliesOf({ ...system, devices: [{ ...victim!, tenant: elsewhere }] })).values()
  assert.equal(dates!.size, 0, 'another practice got a reading')
  const setAside = await Promise.all(
    system.trackerUrls.map((url) => metric(url, 'cufflink_tracker_facts_unreadable_total')),
  )
  assert.equal(
    setAside.reduce((sum, each) => sum + each, 0),
    list.length,
    'records set aside',
  )
  // Its own client takes the connection back meanwhile: what it publishes again is the same fact again.
  const kept = new Map(
    (await system.dump('rejected')).map(({ text }) => {
      const { id, data } = JSON.parse(text) as FactOf<'payload.rejected'>
      return [id, Buffer.from(data.payloadBase64, 'base64').toString()]
    }),
  )
  assert.deepEqual([...kept.values()].toSorted(), payloads.toSorted(), 'payloads kept')
}

test('poison on Kafka is set aside once and its partition goes on; no process ends (P11, P17)', async () => {
  await using system = await startDistributed({ devices: 20 })
  const { tenant, patient } = system.devices[0]!
  const partition = partitionOf(patientKey(tenant, patient), system.partitions)
  const all = [...system.services.trackers, system.services.console]
  const pids = all.map(({ pid }) => pid)
  await withoutRestart(system, () =>
    poisonIsSetAside(system, async (list) => {
      const kafka = new Kafka({ brokers: [...system.kafka.brokers], logLevel: logLevel.NOTHING })
      const producer = kafka.producer()
      await using stack = new AsyncDisposableStack()
      stack.defer(() => producer.disconnect())
      await producer.connect()
      const messages = list.map(({ key, value }) => ({ key, value, partition }))
      await producer.send({ topic: 'cufflink.readings', messages })
    }),
  )
  assert.deepEqual(
    all.map(({ pid }) => pid),
    pids,
    'a process ended',
  )
})

test('poison in the ledger’s file is set aside once and its partition goes on; the process stays (P11, P17)', async () => {
  await using system = await startEmbeddedSystem({ devices: 20 })
  const { tenant, patient } = system.devices[0]!
  const partition = partitionOf(patientKey(tenant, patient), system.partitions)
  await poisonIsSetAside(system, async (list) => {
    // The file has one writer: the program takes note of what others wrote when it starts.
    await system.program.stop()
    const [end] = [(await system.ends('readings'))[partition]!]
    using database = new DatabaseSync(join(system.stateDir, 'ledger.db'))
    const insert = database.prepare('INSERT INTO facts VALUES (0, ?, ?, ?, ?)')
    for (const [index, { key, value }] of list.entries())
      insert.run(partition, end + index, key ?? '', value?.toString() ?? '')
    await system.program.start()
  })
  assert.ok(system.program.pid > 0)
})
