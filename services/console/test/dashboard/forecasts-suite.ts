import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { at, chartOf, handClock, MINUTE_MS } from '../charts-fixture.ts'
import { datesFrom, fact, furnish, give, nurseOf, worked } from '../closing/closing-fixture.ts'
import { type Engines, enrol, type RunningConsole, startConsoleOn } from '../console-fixture.ts'

const NOW = at('2026-03-17')
const month = '2026-03'
const practice = 'riverside'
const patients = ['p-1', 'p-2', 'p-3']

/** Estimates on the chart, and their sums over a practice, on any engines `open` gives. */
export function forecastsSuite(name: string, open: () => Promise<Engines>): void {
  describe(`${name}: the forecast`, () => {
    let engines: Engines
    let console: RunningConsole
    let ada: SignedInPerson
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines, { time: handClock(NOW) })
      await enrol(console, practice)
      await enrol(console, 'lakeside', 'lake-1')
      ada = await console.person(practice, nurseOf(practice))
      const usual = { practice, note: false, call: false, seconds: 0 }
      const before = at('2026-01-20')
      await furnish(engines, console, [
        { ...usual, patient: 'p-1', dates: datesFrom('2026-03-01', 8), seconds: 660 },
        { ...usual, patient: 'p-2', enrolledAt: before, dates: datesFrom('2026-03-01', 14) },
        { ...usual, patient: 'p-3', enrolledAt: before, dates: [] },
      ])
      await give(engines, [
        worked({ practice, patient: 'p-2' }, at('2026-02-25', '10:00'), 1_200),
        talked('p-2', at('2026-02-25', '11:00')),
      ])
      await evaluated()
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    const talked = (patient: string, startedAt: number) =>
      fact<'interaction.recorded'>({
        type: 'interaction.recorded',
        tenant: practice,
        at: startedAt + 3 * MINUTE_MS,
        data: {
          patient,
          clinician: nurseOf(practice),
          interaction: `i-feb-${patient}`,
          startedAt,
          endedAt: startedAt + 3 * MINUTE_MS,
          mode: 'phone',
          direction: 'outbound',
          reached: 'patient',
        } as never,
      })
    /** Resolves once the trackers have nothing left to evaluate. */
    async function evaluated(): Promise<void> {
      const { ledger, views } = engines
      for (let partition = 0; partition < ledger.partitions; partition += 1)
        await waitFor(async () => (await views.evaluations.marked(partition)).size === 0, {
          what: 'the tallies',
        })
    }
    const estimatesOf = async (patient: string) =>
      (await chartOf(ada, { practice, patient, month })).lines.flatMap(({ code, estimate }) =>
        estimate === undefined ? [] : [{ code, ...estimate }],
      )

    test('stands on the chart beside each line that is short, with what it stands on', async () => {
      const estimates = await estimatesOf('p-1')
      const [days, time] = ['99454', '99457'].map((code) => estimates.find((one) => one.code === code))
      assert.equal(days?.because, '8 of the 14 days left are needed; so far a reading on 8 of 16 days.')
      assert.ok(days.chance > 0 && days.chance < 1, String(days.chance))
      assert.equal(
        time?.because,
        'After day 16, 1 of 2 past patient-months like this one gained 9 more minutes and a conversation.',
      )
      assert.equal(time.chance, 0.5)
    })

    test('of a practice is the sum of its charts’, worked out from the tallies alone', async () => {
      const sums = new Map<string, { patients: number; expected: number }>()
      for (const patient of patients)
        for (const { code, chance } of await estimatesOf(patient)) {
          const { patients: count, expected } = sums.get(code) ?? { patients: 0, expected: 0 }
          sums.set(code, { patients: count + 1, expected: expected + chance })
        }
      const { codes, pastMonths } = await ada.call('forecastCodes', { params: { practice } })
      assert.equal(pastMonths, 2)
      assert.ok(sums.size >= 2)
      for (const [code, sum] of sums) {
        const found = codes.find((one) => one.code === code)
        assert.ok(found !== undefined && found.patients >= sum.patients, code)
        if (code === '99454')
          assert.deepEqual(
            { ...found, expected: found.expected.toFixed(6) },
            {
              code,
              patients: sum.patients,
              expected: sum.expected.toFixed(6),
            },
          )
      }
    })

    test('shows another practice nothing of it', async () => {
      const bo = await console.person('lakeside', 'bo')
      const own = await bo.call('forecastCodes', { params: { practice: 'lakeside' } })
      assert.deepEqual([own.pastMonths, own.codes], [0, []])
      await assert.rejects(bo.call('forecastCodes', { params: { practice } }), { code: 'PRACTICE_NOT_YOURS' })
    })
  })
}
