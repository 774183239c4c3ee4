import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CufflinkError, type FactOf, type TopicName } from '@cufflink/contracts'
import { enrolled } from '@cufflink/testkit'
import { followRecords } from '../src/follow-to-end.ts'
import { hostNow } from '../src/host-clock.ts'
import type { Follower, Ledger, LedgerRecord, Position } from '../src/port.ts'

type Opened = {
  readonly ledger: Ledger
  reopen(): Promise<Ledger>
  /** Deletes what a partition holds before an offset, as its retention would. */
  truncate(topic: TopicName, partition: number, before: number): Promise<void>
}

/** Everything a ledger promises, run by each adapter against its real engine. `open` gives an empty ledger each time. */
export function ledgerConformance(name: string, open: () => Promise<Opened>): void {
  describe(`${name} is a ledger`, () => {
    test('an appended fact is read back at the position it was given', async () => {
      const { ledger } = await open()
      const position = await ledger.append(enrolled(1))
      const [record] = await ledger.read('activity', position.partition, position.offset, 1)
      assert.deepEqual(JSON.parse(record!.text), enrolled(1))
      assert.equal(record!.key, 't/p-1')
      assert.equal(position.partition, ledger.partitionOf('t/p-1'))
      await ledger.close()
    })

    test('records are read at their places, in the order in which these are named, over all partitions', async () => {
      const { ledger } = await open()
      const numbers = Array.from({ length: 300 }, (_, n) => n)
      const appended = await Promise.all(numbers.map((n) => ledger.append(enrolled(n))))
      // Every third, and one of them earlier than its place on the ledger; some places have nothing.
      const wanted = [297, ...numbers.filter((n) => n % 3 === 0 && n !== 297)]
      const places = [...wanted.map((n) => appended[n]!), { partition: 0, offset: 9_999 }]
      const found: string[] = []
      for await (const { text } of ledger.readAt('activity', places, AbortSignal.timeout(30_000)))
        found.push((JSON.parse(text) as { id: string }).id)
      assert.deepEqual(
        found,
        wanted.map((n) => `enrol-${n}`),
      )
      for await (const _ of ledger.readAt('activity', [], AbortSignal.timeout(30_000))) assert.fail()
      await ledger.close()
    })

    test('reading at places ends when it is aborted, and when no more is taken', async () => {
      const { ledger } = await open()
      const numbers = Array.from({ length: 50 }, (_, n) => n)
      const places = await Promise.all(numbers.map((n) => ledger.append(enrolled(n))))
      const aborting = new AbortController()
      await assert.rejects(
        async () => {
          for await (const _ of ledger.readAt('activity', places, aborting.signal)) aborting.abort()
        },
        { name: 'AbortError' },
      )
      let taken = 0
      for await (const _ of ledger.readAt('activity', places, new AbortController().signal)) {
        taken += 1
        break
      }
      assert.equal(taken, 1)
      await ledger.close()
    })

    test('a place whose record was deleted is passed over, like any other that has none', async () => {
      const { ledger, truncate } = await open()
      const places: Position[] = []
      for (const n of [0, 1, 2]) places.push(await ledger.append(enrolled(1, `Zone/${n}`)))
      await truncate('activity', places[0]!.partition, 1)
      const found: LedgerRecord[] = []
      for await (const record of ledger.readAt('activity', places, AbortSignal.timeout(30_000)))
        found.push(record)
      assert.deepEqual(found.map(zoneOf), ['Zone/1', 'Zone/2'])
      await ledger.close()
    })

    test('appends become durable in the order of the calls', async () => {
      const { ledger } = await open()
      const settled: number[] = []
      const numbers = Array.from({ length: 500 }, (_, n) => n)
      await Promise.all(numbers.map((n) => ledger.append(enrolled(n)).then(() => settled.push(n))))
      assert.deepEqual(settled, numbers)
      await ledger.close()
    })

    test('facts of one key lie on one partition in the order of the calls', async () => {
      const { ledger } = await open()
      const zones = Array.from({ length: 50 }, (_, n) => `Zone/${n}`)
      const positions = await Promise.all(zones.map((zone) => ledger.append(enrolled(7, zone))))
      const records = await ledger.read('activity', positions[0]!.partition, positions[0]!.offset, 50)
      assert.deepEqual(records.map(zoneOf), zones)
      await ledger.close()
    })

    test('a reopened ledger holds what was acknowledged and goes on after it', async () => {
      const { ledger, reopen } = await open()
      const first = await ledger.append(enrolled(1))
      await ledger.close()
      const again = await reopen()
      const second = await again.append(enrolled(1, 'UTC'))
      assert.equal(second.offset, first.offset + 1)
      assert.equal((await again.endOffsets('activity'))[first.partition], second.offset + 1)
      await again.close()
    })

    test('what its readers could not read is refused, and what comes after it is taken', async () => {
      const { ledger } = await open()
      const early = { ...enrolled(1), at: 61_086 }
      const unknown = { ...enrolled(1), v: 99 } as unknown as FactOf<'patient.enrolled'>
      const before = await ledger.append(enrolled(1))
      for (const unreadable of [early, unknown])
        await assert.rejects(ledger.append(unreadable), (error) => {
          return error instanceof CufflinkError && error.code === 'INTERNAL'
        })
      const after = await ledger.append(enrolled(1))
      assert.equal(after.offset, before.offset + 1)
      await ledger.close()
    })

    test('a closed ledger refuses facts', async () => {
      const { ledger } = await open()
      await ledger.close()
      await assert.rejects(ledger.append(enrolled(1)), (error) => {
        return error instanceof CufflinkError && error.code === 'LEDGER_CLOSED'
      })
    })

    test('a host is early whose clock was set back to well before what was written last', async (t) => {
      const { ledger } = await open()
      assert.equal(await ledger.hostIsEarly(), false)
      await ledger.append(enrolled(1))
      assert.equal(await ledger.hostIsEarly(), false)
      const right = hostNow()
      const clock = t.mock.method(Date, 'now', () => right - 5 * 60_000)
      assert.equal(await ledger.hostIsEarly(), false)
      clock.mock.mockImplementation(() => right - 20 * 60_000)
      assert.equal(await ledger.hostIsEarly(), true)
      clock.mock.restore()
      await ledger.close()
    })

    test('a follower begins where it says and sees each fact once, in order', async () => {
      const { ledger } = await open()
      const { partition } = await ledger.append(enrolled(1, 'Zone/0'))
      for (const n of [1, 2, 3]) await ledger.append(enrolled(1, `Zone/${n}`))
      const { seen, follower, reached } = recorder({ start: (own) => (own === partition ? 2 : 0) })
      const following = await ledger.follow(['activity'], 'group', follower)
      await reached(2)
      await ledger.append(enrolled(1, 'Zone/4'))
      await reached(3)
      assert.deepEqual(seen.map(zoneOf), ['Zone/2', 'Zone/3', 'Zone/4'])
      await following.close()
      await ledger.close()
    })

    test('a follower whose watermark says otherwise is taken back there', async () => {
      const { ledger } = await open()
      for (const n of [0, 1, 2]) await ledger.append(enrolled(1, `Zone/${n}`))
      let mismatched = false
      const { seen, follower, reached } = recorder({
        next: (after) => {
          if (mismatched) return after
          mismatched = true
          return 1
        },
      })
      const following = await ledger.follow(['activity'], 'group', follower)
      await reached(5)
      assert.deepEqual(seen.map(zoneOf).slice(-2), ['Zone/1', 'Zone/2'])
      await following.close()
      await ledger.close()
    })

    test('a follower that cannot take a batch gets it again from its watermark', async () => {
      const { ledger } = await open()
      let failures = 2
      const { seen, follower, reached } = recorder({
        next: (after) => {
          if (failures === 0) return after
          failures -= 1
          throw new Error('views are down')
        },
      })
      const following = await ledger.follow(['activity'], 'group', follower)
      await ledger.append(enrolled(1, 'Zone/0'))
      await reached(3)
      assert.deepEqual(seen.map(zoneOf), ['Zone/0', 'Zone/0', 'Zone/0'])
      await following.close()
      await ledger.close()
    })

    test('a rewound follower reads again from its watermark', async () => {
      const { ledger } = await open()
      const { seen, follower, reached } = recorder({})
      const following = await ledger.follow(['activity'], 'group', follower)
      const { partition } = await ledger.append(enrolled(1, 'Zone/0'))
      await reached(1)
      following.rewind('activity', partition)
      await reached(2)
      assert.deepEqual(seen.map(zoneOf), ['Zone/0', 'Zone/0'])
      await following.close()
      await ledger.close()
    })

    test('what was deleted is where no one looks: reading and following begin at the start', async () => {
      const { ledger, truncate } = await open()
      const { partition } = await ledger.append(enrolled(1, 'Zone/0'))
      for (const n of [1, 2, 3]) await ledger.append(enrolled(1, `Zone/${n}`))
      const ends = await ledger.endOffsets('activity')
      assert.deepEqual(
        await ledger.startOffsets('activity'),
        ends.map(() => 0),
        'nothing is gone, and an empty partition starts where it ends',
      )
      await truncate('activity', partition, 2)
      assert.equal((await ledger.startOffsets('activity'))[partition], 2)
      assert.deepEqual(await ledger.endOffsets('activity'), ends)
      const read = await ledger.read('activity', partition, 0, 1)
      assert.deepEqual(read.map(zoneOf), ['Zone/2'], 'as many as were asked for')
      const seen: LedgerRecord[] = []
      const following = await followRecords(ledger, 'activity', (record) => seen.push(record))
      assert.deepEqual(seen.map(zoneOf), ['Zone/2', 'Zone/3'])
      await ledger.append(enrolled(1, 'Zone/4'))
      await following.caughtUp()
      assert.deepEqual(seen.map(zoneOf), ['Zone/2', 'Zone/3', 'Zone/4'])
      await following.close()
      await ledger.close()
    })

    test('those who follow all see every fact beside each other', async () => {
      const { ledger } = await open()
      const [a, b] = [recorder({}), recorder({})]
      const following = await Promise.all(
        [a, b].map(({ follower }) => ledger.followAll(['activity'], follower)),
      )
      await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.append(enrolled(n))))
      await Promise.all([a.reached(20), b.reached(20)])
      assert.equal(a.seen.length, 20)
      assert.equal(b.seen.length, 20)
      await Promise.all(following.map((one) => one.close()))
      await ledger.close()
    })
  })
}

const zoneOf = ({ text }: LedgerRecord): string => (JSON.parse(text) as ReturnType<typeof enrolled>).data.zone

type Behaviour = { start?(partition: number): number; next?(after: number): number }

function recorder({ start = () => 0, next = (after) => after }: Behaviour) {
  const seen: LedgerRecord[] = []
  const waiters: { count: number; resolve(): void }[] = []
  const follower: Follower = {
    assigned: async (_topic, partition) => start(partition),
    async apply({ records }) {
      seen.push(...records)
      for (const { count, resolve } of waiters) if (seen.length >= count) resolve()
      return next(records.at(-1)!.offset + 1)
    },
    revoked: () => undefined,
  }
  const reached = (count: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiters.push({ count, resolve })
    if (seen.length >= count) resolve()
    return promise
  }
  return { seen, follower, reached }
}
