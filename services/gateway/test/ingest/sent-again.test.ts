import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Assignment, type Fact, type ReadingFact, topicOf } from '@cufflink/contracts'
import { type DaysDocument, foldDays, monthOfFact, readingsOf } from '@cufflink/folds'
import type { Follower, Ledger, LedgerRecord, Position } from '@cufflink/ledger'
import fc from 'fast-check'
import { createCopyFilter } from '../../src/ingest/copies.ts'
import { createIngest } from '../../src/ingest/ingest.ts'
import { followParked } from '../../src/ingest/parked.ts'
import { createRejectedLimit } from '../../src/ingest/rejected-limit.ts'
import { createTally } from '../../src/ingest/tally.ts'
import { registered, testRegistry, trustedClock } from '../harness.ts'

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) }
const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** The last midnight of a month. */
const MIDNIGHT = Date.UTC(2026, 9, 1)

/** A device sends what it measured, again or for the first time; the host's clock may have been set in between. */
type Sending = { readonly of: number; readonly receivedAt: number; readonly guessed: boolean }
/** A person says since when the device is the patient's. */
type Step = Sending | { readonly from: number }
type Payload = { readonly told?: number; readonly recordId?: string; readonly weightKg: number }

function memoryLedger() {
  const facts: Fact[] = []
  let follower: Follower | undefined
  const ledger: Partial<Ledger> = {
    startOffsets: async () => [0],
    endOffsets: async () => [0],
    async followAll(_topics, given) {
      follower = given
      return { close: async () => undefined, rewind: () => undefined }
    },
    append(fact) {
      const topic = topicOf(fact.type)
      const position: Position = { topic, partition: 0, offset: facts.push(fact) - 1 }
      const record: LedgerRecord = { ...position, key: '', text: JSON.stringify(fact) }
      if (topic === 'unassigned') void follower?.apply({ topic, partition: 0, records: [record] })
      return Promise.resolve(position)
    },
  }
  return { facts, ledger: ledger as Ledger }
}

type Sent = {
  /** What a gateway puts on `readings`, in order. */
  readonly facts: readonly ReadingFact[]
  /** Under which ids each payload went to the ledger. */
  readonly idsOf: ReadonlyMap<Payload, ReadonlySet<string>>
}

/** A device sends `payloads` in these steps; in the end it is the patient's. */
async function send(payloads: readonly Payload[], steps: readonly Step[]): Promise<Sent> {
  const { facts, ledger } = memoryLedger()
  const idsOf = new Map<Payload, Set<string>>()
  const registry = testRegistry([registered('cuff', { assignments: [] })])
  let now = MIDNIGHT
  const parked = await followParked({
    ledger,
    registry,
    maxPerDevice: 1_000,
    maxPerPractice: 1_000,
    maxReadings: 1_000,
    now: () => now,
  })
  // A gateway that was started again remembers no copies: the ledger has them all.
  const gateway = () =>
    createIngest({
      copies: createCopyFilter(ledger),
      rejectedLimit: createRejectedLimit({ bytesPerDay: 10_000, now: () => 0 }),
      parked,
      admit: (_device, work) => void work.start(),
      tally: createTally(),
      hostClock: trustedClock,
      clock: { now: () => now },
      stopwatch: () => now,
    })
  const assignments: Assignment[] = []
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  for (const step of [...steps, { from: MIDNIGHT - 60 * DAY }]) {
    if ('from' in step) {
      assignments.unshift({ patient: 'p-1', from: step.from })
      registry.replace(registered('cuff', { assignments: [...assignments] }))
    } else {
      const said = payloads[step.of % payloads.length]!
      const { told: measuredAt, ...payload } = said
      const clock = step.guessed && measuredAt !== undefined ? { clock: 'estimated' } : {}
      const content = JSON.stringify({ kind: 'body-weight', measuredAt, ...payload, ...clock })
      now = step.receivedAt
      const before = facts.length
      await gateway()({
        device: registry.find('cuff')!,
        path: 'devices/cuff/readings',
        payload: new TextEncoder().encode(content),
        isKept: true,
        answer: { open: true },
      })
      const ids = idsOf.getOrInsertComputed(said, () => new Set())
      for (const { id, type } of facts.slice(before)) if (type !== 'reading.placed') ids.add(id)
    }
    await settled()
  }
  await parked.close()
  return { facts: facts.flatMap((fact) => (fact.type === 'reading.recorded' ? [fact] : [])), idsOf }
}

/**
 * Under how many ids a payload may be sent (ADR 4): one, unless only its arrival, to a quarter of an hour, tells one reading from
 * another. So it is without a time, and with one of a clock that may not have been set, by who had the device when it came.
 */
function mostIds(payload: Payload, payloads: readonly Payload[], steps: readonly Step[]): number {
  const { told, recordId } = payload
  const isSet = (clock: number): boolean =>
    clock >= Date.UTC(2020, 0, 1) && steps.every((step) => !('from' in step) || clock >= step.from - 31 * DAY)
  if (recordId !== undefined || (told !== undefined && isSet(told))) return 1
  const quarters = new Set(
    steps.flatMap((step) =>
      'of' in step && payloads[step.of % payloads.length] === payload
        ? [Math.floor(step.receivedAt / (15 * MINUTE))]
        : [],
    ),
  )
  return quarters.size + (told === undefined ? 0 : 1)
}

/** The ids of the readings that stand, each as often as it does, from the documents of all months. */
function standingIds(facts: readonly ReadingFact[]): readonly string[] {
  const documents = new Map<string, DaysDocument>()
  for (const [offset, fact] of facts.entries()) {
    const month = monthOfFact(fact)
    documents.set(month, foldDays(documents.get(month), fact, offset))
  }
  return readingsOf([...documents.values()]).flatMap(({ reading, fault }) =>
    fault === undefined ? [facts[reading.offset]!.id] : [],
  )
}

const minutes = (below: number) => fc.integer({ min: -below, max: below }).map((count) => count * MINUTE)
const payloads = fc.array(
  fc.record(
    {
      told: fc.oneof(
        { weight: 4, arbitrary: minutes(40).map((ms) => MIDNIGHT + ms) },
        { weight: 2, arbitrary: fc.integer({ min: -45, max: 2 }).map((days) => MIDNIGHT + days * DAY) },
        { weight: 1, arbitrary: fc.constantFrom(0, Date.UTC(2021, 0, 1)) },
      ),
      recordId: fc.constantFrom('7', '8'),
      weightKg: fc.constantFrom(80, 81),
    },
    { requiredKeys: ['weightKg'] },
  ),
  { minLength: 1, maxLength: 3 },
)
const sending = fc.record({
  of: fc.nat(2),
  receivedAt: minutes(40).map((ms) => MIDNIGHT + ms),
  guessed: fc.boolean(),
})
const assigning = fc.oneof(minutes(40), minutes(40 * 1_440)).map((ms) => ({ from: MIDNIGHT + ms }))
const steps = fc.array(fc.oneof({ weight: 4, arbitrary: sending }, { weight: 1, arbitrary: assigning }), {
  maxLength: 10,
})

describe('a reading that is sent again', () => {
  test('stands once, however its clock and its device’s assignments are judged each time it comes', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, steps, async (sent, taken) => {
        const ids = standingIds((await send(sent, taken)).facts)
        assert.equal(new Set(ids).size, ids.length)
      }),
      runs,
    )
  })

  test('has one id, however its clock and its device’s assignments are judged, unless only its arrival tells it from another', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, steps, async (sent, taken) => {
        const { idsOf } = await send(sent, taken)
        for (const [payload, { size }] of idsOf) {
          const most = mostIds(payload, sent, taken)
          assert.ok(size <= most, `${size} ids of ${JSON.stringify(payload)}, for ${most}`)
        }
      }),
      runs,
    )
  })

  const sent = (...receivedAt: readonly number[]): Step[] => [
    { from: MIDNIGHT - DAY },
    ...receivedAt.map((at) => ({ of: 0, receivedAt: at, guessed: false })),
  ]

  test('counts by its first sending when its clock was ahead then, and is believed by the second', async () => {
    const ahead = { told: MIDNIGHT + 6 * MINUTE, weightKg: 80 }
    const { facts } = await send([ahead], sent(MIDNIGHT - 5 * MINUTE, MIDNIGHT - 3 * MINUTE))
    assert.deepEqual(
      facts.map(({ data }) => 'reading' in data && data.reading.clockQuality),
      ['estimated', 'synced'],
    )
    assert.deepEqual(standingIds(facts), [facts[0]!.id])
    // the other way round, as it comes when the host's clock was set back
    assert.equal(standingIds(facts.toReversed()).length, 1)
  })

  test('waits under its first receipt, by which it is dated when its clock turns out never to have been set', async () => {
    const unset = { told: Date.UTC(2021, 0, 1), weightKg: 80 }
    const arrivals = [MIDNIGHT - 5 * MINUTE, MIDNIGHT + 5 * MINUTE]
    const [, ...sendings] = sent(...arrivals)
    const [placed] = (await send([unset], sendings)).facts
    assert.equal(placed?.type === 'reading.recorded' && placed.data.reading.measuredAt, arrivals[0])
  })
})
