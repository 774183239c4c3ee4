import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { waitFor } from '@cufflink/testkit'
import { metric } from '../faults/steps.ts'
import {
  type ConsoleInProcess,
  engineSets,
  type HandClock,
  PARTITIONS,
  startConsoleInProcess,
} from './harness/console-in-process.ts'
import { openLiveReader } from './harness/live-reader.ts'
import { enrolPatient, localInstant, openPractice } from './harness/practice.ts'

const CONSOLES = 10
const DAYS = 8
const [practice, patient] = ['once', 'p-1']

const reading = (device: string, daysAgo: number): FactOf<'reading.recorded'> => ({
  id: `reading-${daysAgo}`,
  type: 'reading.recorded',
  v: 1,
  tenant: practice,
  at: localInstant(daysAgo),
  by: 'service:gateway',
  data: {
    patient,
    reading: {
      device,
      measuredAt: localInstant(daysAgo),
      measurement: { kind: 'body-weight', weightKg: 80 },
      gatewayReceivedAt: localInstant(daysAgo),
      clockQuality: 'synced',
    },
  },
})

for (const set of engineSets)
  describe(`${CONSOLES} consoles that show one patient, ${set}`, () => {
    let system: ConsoleInProcess
    const hand: HandClock = { now: Date.now() }
    before(async () => {
      system = await startConsoleInProcess(set, hand, { consoles: CONSOLES })
    })
    after(() => system?.[Symbol.asyncDispose]())

    const atRest = (): Promise<boolean> =>
      waitFor(
        async () => {
          for (let partition = 0; partition < PARTITIONS; partition += 1)
            if ((await system.views.evaluations.marked(partition)).size > 0) return false
          return true
        },
        { what: 'every mark to be worked off' },
      )
    const evaluations = (): Promise<number> => metric(system.trackerUrl, 'cufflink_tracker_evaluations_total')

    test('cost one evaluation for each change', async () => {
      const { consoleUrls, ledger } = system
      await openPractice(system.url, practice)
      const { device } = await enrolPatient(system.url, { practice, patient })
      using stack = new DisposableStack()
      const readers = await Promise.all(consoleUrls.map((url) => openLiveReader(url, practice)))
      for (const reader of readers) stack.use(reader)
      await waitFor(() => readers.every((reader) => reader.row(patient)), {
        what: 'the patient on every page',
      })
      await atRest()
      const before = await evaluations()
      for (let day = 1; day <= DAYS; day += 1) {
        await ledger.append(reading(device, day))
        await Promise.all(readers.map((reader) => reader.reads(patient, day)))
      }
      await atRest()
      assert.equal((await evaluations()) - before, DAYS)
    })
  })
