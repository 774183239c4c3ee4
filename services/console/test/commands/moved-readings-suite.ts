import { after, before, describe, test } from 'node:test'
import type { Chart } from '@cufflink/contracts'
import { overlaid, type SignedInPerson } from '@cufflink/testkit'
import { apart, at, handClock } from '../charts-fixture.ts'
import { deviceOf, furnish, give, nurseOf, reading } from '../closing/closing-fixture.ts'
import { type Engines, enrol, type RunningConsole, startConsoleOn } from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

const practice = 'riverside'
const month = '2026-03'
const WITHIN_MS = 20_000
const time = handClock(at('2026-03-17', '22:00'))
const HANDED_OVER = at('2026-03-10', '00:00')

/** Readings that come for a device that several patients had, on whichever engines; `oneFile` where one console at a time follows them. */
export function movedReadingsSuite(name: string, open: () => Promise<Engines>, oneFile = false): void {
  describe(`${name}: readings of a device that another patient had`, { concurrency: 1 }, () => {
    let engines: Engines
    let console: RunningConsole
    let ada: SignedInPerson
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines, { time })
      await enrol(console, practice)
      ada = await console.person(practice, nurseOf(practice))
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
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
    const shows = async (patient: string, dataDays: number, person = ada): Promise<void> => {
      using reader = openReader(person, 'livePatient', { practice, patient, month })
      const fits = ({ row, readings }: Chart): boolean =>
        row.dataDays === dataDays && readings.filter(({ retracted }) => !retracted).length === dataDays
      await reader.until(
        (charts) => charts.length > 0 && fits(charts.at(-1)!),
        `${dataDays} days of ${patient}`,
        WITHIN_MS,
      )
    }

    test('one that a gateway gives to the former patient after the move goes to the patient who has the device', async () => {
      await furnished(['p-1', ['2026-03-02', '2026-03-11']], ['p-2', []])
      await handOver('p-1', 'p-2')
      await shows('p-2', 1)
      await shows('p-1', 1)
      // As a gateway does that has not heard of it.
      await give(engines, [reading({ practice, patient: 'p-1' }, '2026-03-12')])
      await shows('p-2', 2)
      await shows('p-1', 1)
    })

    test('one that a console did not move before it died is moved by the console that goes on', async () => {
      const former = apart(console, practice).map((patient) => `${patient}-former`)
      // One on each partition: each of two consoles is told of one of them.
      for (const patient of former) await furnished([patient, ['2026-03-02']], [`${patient}-next`, []])
      for (const patient of former) await handOver(patient, `${patient}-next`)
      await console[Symbol.asyncDispose]()
      const { ledger } = engines
      const never = overlaid(ledger, {
        append: (fact) =>
          fact.by === 'service:console' && fact.type === 'reading.recorded'
            ? new Promise(() => undefined)
            : ledger.append(fact),
      })
      const dying = await startConsoleOn(engines, { time, ledger: never })
      const begin = async (): Promise<void> => {
        console = await startConsoleOn(engines, { time })
        ada = await console.person(practice, 'grace')
      }
      if (!oneFile) await begin()
      await give(
        engines,
        former.map((patient) => reading({ practice, patient }, '2026-03-12')),
      )
      await dying[Symbol.asyncDispose]()
      if (oneFile) await begin()
      for (const patient of former) {
        await shows(`${patient}-next`, 1)
        await shows(patient, 1)
      }
    })
  })
}
