import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { admit, apart, at, handClock, MINUTE_MS } from '../charts-fixture.ts'
import { type Engines, enrol, type RunningConsole, startConsoleOn } from '../console-fixture.ts'

const NOW = at('2026-03-17')
const practice = 'riverside'
const params = { practice }

/** What a practice comes to as a whole, on any engines `open` gives. */
export function dashboardSuite(name: string, open: () => Promise<Engines>): void {
  describe(`${name}: the dashboard`, () => {
    let engines: Engines
    let console: RunningConsole
    let ada: SignedInPerson
    let bo: SignedInPerson
    /** On two partitions. */
    let near: string
    let far: string
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines, { time: handClock(NOW) })
      ;[near, far] = apart(console, practice)
      await enrol(console, practice, 'p-99')
      await enrol(console, 'lakeside', 'lake-1')
      await admit({ console, practice, patient: near, since: at('2026-03-01') })
      await admit({ console, practice, patient: far, since: at('2026-03-01') })
      ada = await console.person(practice, 'ada', 'clinician', 'biller')
      bo = await console.person('lakeside', 'bo')
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    const enter = async (patient: string, from: number, minutes: number): Promise<void> => {
      const until = from + minutes * MINUTE_MS
      const body = { program: 'RPM', category: 'data-review', from, until, reason: 'x' } as const
      await ada.call('enterTime', { params: { practice, patient }, body })
    }
    /** Waits until the trackers have counted so. */
    async function answers<Answer>(
      ask: () => Promise<Answer>,
      picked: (answer: Answer) => unknown,
      expected: unknown,
    ): Promise<void> {
      let last: unknown
      const asExpected = async () => {
        last = picked(await ask())
        return isDeepStrictEqual(last, expected)
      }
      await waitFor(asExpected, { what: 'the dashboard' }).catch(() => undefined)
      assert.deepEqual(last, expected)
    }

    test('counts the patients in each state, over all partitions', async () => {
      await enter(near, at('2026-03-10', '09:00'), 11)
      await answers(
        () => ada.call('countPatients', { params }),
        ({ codes, ...states }) => ({
          ...states,
          short: codes.find(({ code, status }) => code === '99457' && status === 'short')?.patients,
        }),
        { month: '2026-03', patients: 3, failed: 0, call: 1, near: 0, missing: 3, working: 0, short: 3 },
      )
    })

    test('adds up a clinician’s month over all patients, each moment once, and leaves out who has none', async () => {
      await enter(far, at('2026-02-27', '09:00'), 5)
      await enter(far, at('2026-03-11', '09:00'), 9)
      const february = { ...params, month: '2026-02' }
      const march = { ...params, month: '2026-03' }
      const one = { clinician: 'ada', name: 'Person ada', secondsDeducted: 0 }
      await answers(
        () => ada.call('clinicianMonths', { params: march }),
        ({ clinicians }) => clinicians,
        [{ ...one, seconds: 20 * 60, patients: 2 }],
      )
      await answers(
        () => ada.call('clinicianMonths', { params: february }),
        ({ clinicians }) => clinicians,
        [{ ...one, seconds: 5 * 60, patients: 1 }],
      )
    })

    test('audits a month: who is behind each measure by name, of those who were enrolled by then', async () => {
      await console.operator.call('enrolPatient', {
        params: { practice, patient: far },
        body: { established: false },
      })
      const expected = (month: string, of: number, found: readonly string[]) =>
        answers(
          () => ada.call('auditMonth', { params: { ...params, month } }),
          ({ patients, failed, measures }) => {
            const one = measures.find(({ measure }) => measure === 'NO_PRIOR_RELATIONSHIP')
            const names = one?.patients.map(({ name }) => name)
            return { patients, failed, names, found: one?.found, of: one?.of, conspicuous: one?.conspicuous }
          },
          { patients: of, failed: 0, names: found, found: found.length, of, conspicuous: found.length > 0 },
        )
      await expected('2026-03', 3, [`Patient ${far}`])
      await expected('2026-02', 0, [])
    })

    test('shows another practice nothing of it', async () => {
      const own = { practice: 'lakeside' }
      await answers(
        () => bo.call('countPatients', { params: own }),
        ({ patients, call }) => ({ patients, call }),
        { patients: 1, call: 0 },
      )
      const { clinicians } = await bo.call('clinicianMonths', { params: { ...own, month: '2026-03' } })
      assert.deepEqual(clinicians, [])
      const audit = await bo.call('auditMonth', { params: { ...own, month: '2026-03' } })
      assert.equal(audit.patients, 1)
      for (const refused of [
        bo.call('countPatients', { params }),
        bo.call('clinicianMonths', { params: { ...params, month: '2026-03' } }),
        bo.call('auditMonth', { params: { ...params, month: '2026-03' } }),
      ])
        await assert.rejects(refused, { code: 'PRACTICE_NOT_YOURS' })
    })
  })
}
