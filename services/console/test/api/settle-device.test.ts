import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Assignment, decodeFact, type FactOf, failure, type ReadingFact } from '@cufflink/contracts'
import { patientAt, type RegisteredDevice } from '@cufflink/directory'
import { type DaysDocument, foldDays, monthOfFact, readingsOf } from '@cufflink/folds'
import { type LedgerRecord } from '@cufflink/ledger'
import { type SettleOptions, settleDevice } from '@cufflink/tracker'
import fc from 'fast-check'
import { handOver } from '../../src/decide/devices.ts'

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) }
const tenant = 'riverside'
const patients = ['a', 'b', 'c']
const dayOf = (day: number): number => Date.UTC(2026, 2, 1 + day)

/** The device sends a reading, to a gateway that may not have heard of the last change yet. */
type Sending = {
  readonly id: string
  readonly day: number
  readonly weightKg: number
  readonly behind: boolean
}
/** It turns out to be a patient's from a day on. */
type Assigning = { readonly patient: string; readonly from: number }
/** A console looks, and may end after some facts. After its first one another console looks, which may know of a change. */
type Looking = {
  readonly facts: number
  readonly meanwhile?: Assigning | undefined
  readonly beside: boolean
}
type Step = Sending | Assigning | Looking

/** A ledger of one partition for each patient, and views that have folded all of it. */
function createWorld() {
  const facts = new Map<string, ReadingFact[]>(patients.map((patient) => [patient, []]))
  let assignments: Assignment[] = [{ patient: 'a', from: dayOf(0) }]
  const records: RegisteredDevice[] = []
  const register = (): void => {
    const version = `v-${records.length}`
    const record = { device: 'cuff', model: 'BPM', secretDigest: '', status: 'active', tenant } as const
    records.push({ ...record, assignments, version })
  }
  register()
  let left = Number.POSITIVE_INFINITY
  let appended = 0
  let beside: (() => Promise<unknown>) | undefined

  const documents: SettleOptions['documents'] = {
    async days(_tenant, patient) {
      const found = new Map<string, DaysDocument>()
      for (const [offset, fact] of facts.get(patient)!.entries())
        found.set(monthOfFact(fact), foldDays(found.get(monthOfFact(fact)), fact, offset))
      return [...found.values()]
    },
  }
  const options: SettleOptions = {
    documents,
    views: { watermark: async () => 0 },
    registry: { find: () => records.at(-1) },
    clock: { now: () => dayOf(30) },
    ledger: {
      partitionOf: (key) => patients.indexOf(key.split('/')[1]!),
      endOffsets: async () => [0],
      async append(given) {
        if (left === 0) throw failure('LEDGER_CLOSED')
        left -= 1
        appended += 1
        const fact = decodeFact(JSON.stringify(given)) as ReadingFact
        const own = facts.get(fact.data.patient)!
        own.push(fact)
        const other = beside
        beside = undefined
        await other?.()
        return {
          topic: 'readings',
          partition: patients.indexOf(fact.data.patient),
          offset: own.indexOf(fact),
        }
      },
      async read(topic, partition, offset) {
        const fact = facts.get(patients[partition]!)![offset]
        const record = { topic, partition, offset, key: '', text: JSON.stringify(fact) }
        return fact === undefined ? [] : [record satisfies LedgerRecord]
      },
    },
  }

  function send({ id, day, weightKg, behind }: Sending, receivedAt: number): void {
    const measuredAt = dayOf(day)
    const known = (behind ? records.at(-2) : undefined) ?? records.at(-1)!
    const patient = patientAt(known, measuredAt)!
    const fact: FactOf<'reading.recorded'> = {
      id,
      type: 'reading.recorded',
      v: 2,
      tenant,
      at: receivedAt,
      by: 'device:cuff',
      data: {
        patient,
        reading: {
          device: 'cuff',
          recordId: id,
          measuredAt,
          gatewayReceivedAt: receivedAt,
          clockQuality: 'synced',
          measurement: { kind: 'body-weight', weightKg },
        },
      },
    }
    facts.get(patient)!.push(fact)
  }
  function assign({ patient, from }: Assigning): void {
    assignments = handOver(assignments, { patient, from: dayOf(from) })
    register()
  }
  return {
    device: () => records.at(-1)!,
    send,
    assign,
    /** How many facts a console wrote that may write so many. */
    async look({ facts: many, meanwhile, beside: isBeside }: Looking): Promise<number> {
      left = many
      appended = 0
      beside = isBeside
        ? async () => {
            const budget = left
            left = Number.POSITIVE_INFINITY
            if (meanwhile) assign(meanwhile)
            await settleDevice(records.at(-1)!, options)
            left = budget
          }
        : undefined
      await settleDevice(records.at(-1)!, options).catch((error: unknown) => {
        if (left > 0) throw error
      })
      return appended
    },
    /** Whether a patient has another’s reading of that id first: nothing of it can count for the patient. */
    isBarred(id: string, patient: string): boolean {
      const first = facts.get(patient)!.find((fact) => fact.type === 'reading.recorded' && fact.id === id)
      return (
        first?.type === 'reading.recorded' &&
        patientAt(records.at(-1)!, first.data.reading.measuredAt) !== patient
      )
    },
    /** The readings that stand. */
    async standing() {
      const all = patients.map(async (patient) =>
        readingsOf(await documents.days(tenant, patient, []))
          .filter(({ fault }) => fault === undefined)
          .map(({ reading }) => ({
            patient,
            fact: facts.get(patient)![reading.offset] as FactOf<'reading.recorded'>,
          })),
      )
      return (await Promise.all(all)).flat()
    },
  }
}

const day = fc.integer({ min: 0, max: 9 })
const assigning = fc.record({ patient: fc.constantFrom(...patients), from: day })
/** With these weights: with one, an id names one reading; with two, a counter may have begun again. */
const stepsOf = (...weights: number[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          id: fc.constantFrom('1', '2'),
          day,
          weightKg: fc.constantFrom(...weights),
          behind: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: assigning },
      {
        weight: 2,
        arbitrary: fc.record({
          facts: fc.integer({ min: 0, max: 4 }),
          beside: fc.boolean(),
          meanwhile: fc.option(assigning, { nil: undefined }),
        }),
      },
    ),
    { minLength: 2, maxLength: 14 },
  )

/** Carries the steps out, then looks until there is nothing to write any more. */
async function settled(given: readonly Step[]) {
  const world = createWorld()
  const sentIds = new Set<string>()
  for (const [index, step] of given.entries()) {
    if ('id' in step) {
      world.send(step, dayOf(20) + index)
      sentIds.add(step.id)
    } else if ('patient' in step) world.assign(step)
    else await world.look(step)
  }
  let looks = 0
  while ((await world.look({ facts: Number.POSITIVE_INFINITY, beside: false })) > 0)
    assert.ok((looks += 1) < 10, 'it comes to rest')
  const standing = await world.standing()
  assert.deepEqual(new Set(standing.map(({ fact }) => fact.id)), sentIds, 'none is lost')
  return { world, standing }
}

test('whatever a device sends while it goes from one patient to another, each reading counts once, for the one who had it', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(80), async (given) => {
      const { world, standing } = await settled(given)
      const owners = standing.map(({ fact }) => patientAt(world.device(), fact.data.reading.measuredAt)!)
      const right = standing.filter(({ patient }, index) => patient === owners[index])
      assert.equal(new Set(right.map(({ fact }) => fact.id)).size, right.length, 'none counts for two')
      for (const [index, { patient, fact }] of standing.entries())
        assert.ok(
          patient === owners[index] || world.isBarred(fact.id, owners[index]!),
          'all are where they belong',
        )
    }),
    runs,
  )
})

// A word names a reading by its id: where the device uses one again for another reading, what is said of the one is said of the other.
test('also where a record counter begins again, it comes to rest and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(80, 80, 80, 81), async (given) => void (await settled(given))),
    runs,
  )
})
