import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Chart, Fact, FactOf } from '@cufflink/contracts'
import { overlaid, type SignedInPerson } from '@cufflink/testkit'
import { apart, at, handClock, MINUTE_MS } from '../charts-fixture.ts'
import { deviceOf, furnish, give, nurseOf, reading } from '../closing/closing-fixture.ts'
import {
  type Engines,
  enrol,
  type RunningConsole,
  startConsoleOn,
  startTrackerOn,
} from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

const practice = 'riverside'
const month = '2026-03'
const time = handClock(at('2026-03-17', '22:00'))
const HANDED_OVER = at('2026-03-10', '00:00')

/** Readings that come for a device that several patients had, on any engines; `oneFile` where one tracker at a time follows them. */
export function movedReadingsSuite(name: string, open: () => Promise<Engines>, oneFile = false): void {
  describe(`${name}: readings of a device that another patient had`, { concurrency: 1 }, () => {
    let engines: Engines
    let console: RunningConsole
    let ada: SignedInPerson
    let next: AsyncDisposable | undefined
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines, { time })
      await enrol(console, practice)
      ada = await console.person(practice, nurseOf(practice))
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
      await next?.[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    /** Patients with what their own devices measured. */
    const furnished = (...files: readonly (readonly [patient: string, dates: readonly string[]])[]) =>
      furnish(
        engines,
        console,
        files.map(([patient, dates]) => ({ practice, patient, dates, seconds: 0, call: false, note: false })),
      )
    /** From the 10th on the device that was `from`’s is `to`’s. */
    const handOver = (from: string, to: string) =>
      ada.call('assignDevice', {
        params: { practice, device: deviceOf(practice, from) },
        body: { patient: to, from: HANDED_OVER, move: true },
      })
    const shows = async (patient: string, dataDays: number, flagged = 0): Promise<void> => {
      using reader = openReader(ada, 'livePatient', { practice, patient, month })
      const fits = ({ row, readings }: Chart): boolean =>
        row.dataDays === dataDays &&
        readings.length === dataDays + flagged &&
        readings.filter(({ retracted, sentAgain = false }) => retracted || sentAgain).length === flagged
      await reader.until(
        (charts) => charts.length > 0 && fits(charts.at(-1)!),
        `${dataDays} days of ${patient}, and ${flagged} readings that do not count`,
      )
    }
    /** What was taken back of a patient, each once. */
    const takenBack = async (patient: string) => {
      const facts = await console.facts('readings', `${practice}/${patient}`)
      const of = facts.filter(
        (fact): fact is FactOf<'reading.retracted'> => fact.type === 'reading.retracted',
      )
      return [...new Map(of.map((fact) => [fact.id, fact.data])).values()]
    }

    test('one that a gateway gives to the former patient after the move goes to the patient who has the device', async () => {
      await furnished(['p-1', ['2026-03-02', '2026-03-11']], ['p-2', []])
      await handOver('p-1', 'p-2')
      await shows('p-2', 1)
      await shows('p-1', 1, 1)
      // As a gateway does that has not heard of it.
      await give(engines, [reading({ practice, patient: 'p-1' }, '2026-03-12')])
      await shows('p-2', 2)
      await shows('p-1', 1, 2)
    })

    test('one that a tracker did not move before it died is moved by the tracker that goes on', async () => {
      const former = apart(console, practice).map((patient) => `${patient}-former`)
      // One on each partition: each of two trackers is told of one of them.
      for (const patient of former) await furnished([patient, ['2026-03-02']], [`${patient}-next`, []])
      for (const patient of former) await handOver(patient, `${patient}-next`)
      for (const patient of former) await shows(patient, 1)
      await engines.tracker[Symbol.asyncDispose]()
      const { ledger } = engines
      const never = overlaid(ledger, {
        append: (fact) =>
          fact.by === 'service:tracker' && fact.type === 'reading.recorded'
            ? new Promise(() => undefined)
            : ledger.append(fact),
      })
      const dying = await startTrackerOn(engines, { ledger: never })
      if (!oneFile) next = await startTrackerOn(engines)
      await give(
        engines,
        former.map((patient) => reading({ practice, patient }, '2026-03-12')),
      )
      await dying[Symbol.asyncDispose]()
      if (oneFile) next = await startTrackerOn(engines)
      for (const patient of former) {
        await shows(`${patient}-next`, 1)
        await shows(patient, 1, 1)
      }
    })

    const DEVICE = 'cuff-on-record'
    /** A reading with a record id, as the gateway puts it on the ledger. */
    const sent = (
      patient: string,
      recordId: string,
      date: string,
      { weightKg = 80, minute = 0 } = {},
    ): Fact => {
      const given = reading({ practice, patient }, date) as FactOf<'reading.recorded'>
      const gatewayReceivedAt = at('2026-03-16') + minute * MINUTE_MS
      const measurement = { kind: 'body-weight', weightKg } as const
      return {
        ...given,
        id: `${DEVICE}-${recordId}`,
        v: 2,
        at: gatewayReceivedAt,
        data: {
          patient,
          reading: { ...given.data.reading, device: DEVICE, recordId, gatewayReceivedAt, measurement },
        },
      }
    }
    let version = 0
    /** The record of the device says who had it from when on. */
    const holds = (...spans: readonly (readonly [patient: string, from: string])[]): Promise<void> =>
      give(engines, [
        {
          id: `record-${(version += 1)}`,
          type: 'device.registered',
          v: 1,
          tenant: practice,
          at: time.clock.now(),
          by: 'user:ada',
          data: {
            device: DEVICE,
            model: 'BPM',
            secretDigest: '0'.repeat(64),
            status: 'active',
            assignments: spans.map(([patient, from], index) => {
              const next = spans[index + 1]
              return { patient, from: at(from, '00:00'), ...(next && { to: at(next[1], '00:00') }) }
            }),
          },
        },
      ])

    test('one record id over two patients counts for the first that it came for, and is kept and flagged for the other', async () => {
      await furnished(['a', []], ['b', []])
      await holds(['a', '2026-02-20'], ['b', '2026-03-10'])
      await give(engines, [sent('a', '1', '2026-03-02'), sent('a', '2', '2026-03-03')])
      await shows('a', 2)
      // The counter of a device that was reset begins again: with other values it is another reading.
      await give(engines, [
        sent('b', '1', '2026-03-11', { weightKg: 61, minute: 1 }),
        sent('b', '2', '2026-03-12', { minute: 1 }),
      ])
      await shows('b', 1, 1)
      await shows('a', 2)
      assert.deepEqual(
        (await takenBack('b')).map(({ readingId, measuredAt }) => [readingId, measuredAt]),
        [[`${DEVICE}-2`, at('2026-03-12', '08:00')]],
      )
      assert.deepEqual(await takenBack('a'), [])
    })

    test('the first is the one that came first, not the one that was measured or written first', async () => {
      await give(engines, [sent('b', '3', '2026-03-13', { minute: 2 })])
      await shows('b', 2, 1)
      await give(engines, [sent('a', '3', '2026-03-04', { minute: 3 })])
      await shows('a', 2, 1)
      await give(engines, [sent('b', '4', '2026-03-14', { minute: 5 })])
      await shows('b', 3, 1)
      await give(engines, [sent('a', '4', '2026-03-05', { minute: 4 })])
      await shows('a', 3, 1)
      await shows('b', 2, 2)
    })

    test('where all of it was one patient’s after all, the reading counts for that patient, once', async () => {
      await holds(['a', '2026-02-19'], ['b', '2026-02-20'])
      // 1 of both has two contents: its first on the ledger counts, as ever under one id. 2, 3 and 4 are one each.
      await shows('b', 4, 3)
      await shows('a', 0, 4)
    })
  })
}
