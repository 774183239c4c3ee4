import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Fact, type FactOf, operationSchemas } from '@cufflink/contracts'
import { overlaid, type SignedInPerson, testOperatorKey, waitFor } from '@cufflink/testkit'
import { at, chartOf, HOUR_MS, handClock, physicianOf, zone } from '../charts-fixture.ts'
import { enrol, type RunningConsole, refused, startConsoleOn, startTrackerOn } from '../console-fixture.ts'
import type { EmptiableEngines } from '../emptiable.ts'
import {
  damage,
  deviceOf,
  evaluated,
  type File,
  fact,
  furnish,
  give,
  month,
  NOW,
  nurseOf,
  openSheet,
  reading,
  sixteen,
  worked,
} from './closing-fixture.ts'

type March = Omit<File, 'practice' | 'patient'>

const cufflink = fileURLToPath(new URL('../../../../scripts/cufflink.ts', import.meta.url))

const device = { from: '2026-03-01', to: '2026-03-30' }
const time = { from: '2026-03-01', to: '2026-03-31' }

/** What becomes known of a line after it was locked, on any engines; `oneFile` as in `closingSuite`. */
export function lateChangesSuite(
  title: string,
  open: () => Promise<EmptiableEngines>,
  oneFile = false,
): void {
  describe(title, { concurrency: 1 }, () => {
    const clock = handClock(NOW)
    let engines: EmptiableEngines
    let tracker: AsyncDisposable
    let console: RunningConsole
    let other: RunningConsole
    before(async () => {
      engines = await open()
      tracker = engines.tracker
      ;[console, other] = await Promise.all([
        startConsoleOn(engines, { time: clock }),
        startConsoleOn(engines, { time: clock }),
      ])
    })
    after(async () => {
      await other[Symbol.asyncDispose]()
      await tracker[Symbol.asyncDispose]()
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    /** A practice of one test with one patient, or a second one beside, whose March is locked. */
    async function locked(
      { beside, ...file }: March & { readonly beside?: March },
      ...more: readonly ((file: File) => Fact)[]
    ) {
      const practice = `practice-${randomUUID().slice(0, 8)}`
      const params = { practice, patient: 'p-1' }
      await enrol(console, practice)
      const biller = await console.person(practice, nurseOf(practice), 'biller', 'clinician', 'administrator')
      const given = { ...file, ...params }
      const second = beside === undefined ? [] : [{ ...beside, practice, patient: 'p-2' }]
      await furnish(engines, console, [given, ...second])
      await give(
        engines,
        more.map((one) => one(given)),
      )
      const sheet = openSheet(biller, practice)
      for (const { patient } of [given, ...second])
        await sheet.until(
          () => sheet.standings(patient).some((each) => each.endsWith('ready')),
          `lines of ${patient} to lock`,
        )
      const { closing } = await biller.call('closeMonth', { params: { ...params, month }, body: {} })
      await sheet.ended(closing)
      await evaluated(engines)
      clock.pass(HOUR_MS)
      return { practice, params, biller, sheet, given }
    }

    /** Does something that concerns a whole practice; resolves once its lines were compared on it. */
    async function forAll<Made>(practice: string, act: () => Promise<Made>): Promise<Made> {
      const name = `${practice}/p-1`
      const basisOf = async () => {
        const [tally = {}] = await engines.views.evaluations.tallies(engines.ledger.partitionOf(name), [name])
        return tally['lockedBasis']
      }
      const before = await basisOf()
      const made = await act()
      await waitFor(async () => (await basisOf()) !== before, {
        what: 'the practice to be evaluated on it',
      })
      await evaluated(engines)
      return made
    }
    const told = async (
      practice: string,
      patient = 'p-1',
    ): Promise<readonly FactOf<'claim.differs'>['data'][]> => {
      const differs = (await console.facts('activity', `${practice}/${patient}`)).filter(
        (fact): fact is FactOf<'claim.differs'> => fact.type === 'claim.differs',
      )
      return [...new Map(differs.map((fact) => [fact.id, fact.data])).values()]
    }
    const codes = async (practice: string, patient?: string): Promise<readonly string[]> =>
      (await told(practice, patient)).map(
        ({ oldCode, newCode = 'none', newUnits }) => `${oldCode} ${newCode}x${newUnits}`,
      )
    const queue = async (biller: SignedInPerson, practice: string) =>
      (await biller.call('listChanges', { params: { practice, page: '1' } })).changes

    test('that a patient died is told where it takes a line away; of the others it says the last date', async () => {
      const { practice, params, biller, sheet } = await locked({})
      await sheet.stands('p-1', '99454 locked', '99457 locked')
      const died = async (date: string) => {
        const body = { reason: 'death', died: date, acknowledgeLocked: true }
        await biller.call('closeEpisode', { params: { ...params, episode: 'e-1' }, body })
        await evaluated(engines)
        const { lines } = await chartOf(biller, { ...params, month }, ({ file }) => file.died === date)
        return lines
          .filter(({ code }) => code === '99454' || code === '99457')
          .map(({ code, status, lastDate, blocks }) => [
            code,
            status,
            lastDate,
            ...blocks.map(({ signal }) => signal),
          ])
      }
      assert.deepEqual(await died('2026-03-20'), [
        ['99454', 'final', '2026-03-20'],
        ['99457', 'final', '2026-03-20'],
      ])
      assert.deepEqual(await codes(practice), [])
      const lines = await died('2026-02-27')
      assert.deepEqual(
        lines.filter(([code]) => code === '99457'),
        [['99457', 'blocked', undefined, 'AFTER_DEATH']],
      )
      assert.deepEqual((await codes(practice)).toSorted(), ['99453 nonex0', '99454 nonex0', '99457 nonex0'])
    })

    test('is told once, with the old code and the new; the line stays as it was billed', async () => {
      const { practice, params, biller, sheet, given } = await locked({ dates: sixteen.slice(0, 15) })
      await sheet.stands('p-1', '99445 locked')
      await give(engines, [reading(given, '2026-03-25', clock.clock.now())])
      await evaluated(engines)
      assert.deepEqual(await codes(practice), ['99445 99454x1'])
      const [change, ...more] = await queue(biller, practice)
      assert.deepEqual(
        [change, more],
        [
          {
            patient: 'p-1',
            name: 'Patient p-1',
            ...device,
            oldCode: '99445',
            newCode: '99454',
            oldUnits: 1,
            newUnits: 1,
            differenceCents: change?.differenceCents,
            foundAt: clock.clock.now(),
            submitted: false,
          },
          [],
        ],
      )
      const { row, claims } = await chartOf(biller, { ...params, month })
      assert.equal(row.changes, 1)
      assert.ok(claims.some(({ code }) => code === '99445'))
      // Another reading that changes no code is told of no more.
      await give(engines, [reading(given, '2026-03-26', clock.clock.now())])
      await evaluated(engines)
      assert.equal((await told(practice)).length, 1)
    })

    test('is a device that was another’s already: the locked lines of both patients are told of', async () => {
      const { practice, params, biller, sheet } = await locked({ beside: { dates: sixteen.slice(0, 9) } })
      await sheet.stands('p-1', '99454 locked')
      await sheet.stands('p-2', '99445 locked')
      await biller.call('assignDevice', {
        params: { practice, device: deviceOf(practice, 'p-1') },
        body: { patient: 'p-2', from: at('2026-03-10', '00:00'), move: true, acknowledgeLocked: true },
      })
      await waitFor(async () => (await queue(biller, practice)).length === 2, {
        what: 'the changes of both',
      })
      // Seven of sixteen dates moved, to the nine of the other.
      assert.deepEqual(await codes(practice, 'p-1'), ['99454 99445x1'])
      assert.deepEqual(await codes(practice, 'p-2'), ['99445 99454x1'])
      for (const patient of ['p-1', 'p-2'])
        assert.equal((await chartOf(biller, { ...params, patient, month })).row.changes, 1)
    })

    test('is a reading that the device had sent for another patient before: it counts no more for the second', async () => {
      const { practice, given, sheet } = await locked({ beside: { dates: sixteen.slice(1) } })
      await sheet.stands('p-2', '99445 locked')
      const device = deviceOf(practice, 'p-2')
      const recordOf = (patient: string, date: string, gatewayReceivedAt: number): Fact => {
        const { data, ...one } = reading(
          { ...given, patient },
          date,
          clock.clock.now(),
        ) as FactOf<'reading.recorded'>
        const recorded = { ...data.reading, device, recordId: '17', gatewayReceivedAt }
        return { ...one, id: `${device}-17`, v: 2, data: { patient, reading: recorded } }
      }
      await give(engines, [
        fact<'device.registered'>({
          type: 'device.registered',
          tenant: practice,
          at: clock.clock.now(),
          data: {
            device,
            model: 'BPM',
            secretDigest: '0'.repeat(64),
            status: 'active',
            assignments: [
              { patient: 'p-1', from: at('2026-02-01'), to: at('2026-02-20') },
              { patient: 'p-2', from: at('2026-02-20') },
            ],
          },
        }),
        recordOf('p-2', '2026-03-25', at('2026-03-25', '09:00')),
      ])
      await evaluated(engines)
      assert.deepEqual(await codes(practice, 'p-2'), ['99445 99454x1'])
      await give(engines, [recordOf('p-1', '2026-02-10', at('2026-03-24', '09:00'))])
      await waitFor(async () => (await told(practice, 'p-2')).at(-1)?.newCode === '99445', {
        what: 'the change of the second patient',
      })
    })

    test('makes nothing ready in the place of what is locked', async () => {
      const { biller, practice, sheet, given } = await locked({ dates: sixteen.slice(0, 15) })
      await give(engines, [reading(given, '2026-03-25', clock.clock.now())])
      await sheet.stands('p-1', '99445 locked', '99454 held')
      const held = sheet
        .perPatient()
        .get('p-1')!
        .find(({ line: { code } }) => code === '99454')!
      assert.ok(held.line.warnings.some(({ signal }) => signal === 'LOCKED_OTHERWISE'))
      const closeAgain = async () => {
        const { closing } = await biller.call('closeMonth', { params: { practice, month }, body: {} })
        return (await sheet.ended(closing)).locked
      }
      assert.equal(await closeAgain(), 0)
      // An earlier first reading would begin the periods earlier: those that were billed stay where they are.
      await give(engines, [reading(given, '2026-02-26', clock.clock.now())])
      assert.equal(await closeAgain(), 0)
      const { faults } = await biller.call('verifyEvidence', { params: { practice } })
      assert.deepEqual(faults, [])
    })

    test('is what a short 99454 in the place of a locked 99445 points to, once there is one', async () => {
      const { biller, practice, sheet, given } = await locked({ dates: sixteen.slice(0, 15) })
      const signalsOf99454 = () =>
        sheet
          .perPatient()
          .get('p-1')!
          .find(({ line: { code } }) => code === '99454')
          ?.line.warnings.map(({ signal }) => signal)
      await sheet.stands('p-1', '99445 locked', '99454 short')
      assert.deepEqual(
        [signalsOf99454()?.includes('LOCKED_OTHERWISE'), (await queue(biller, practice)).length],
        [false, 0],
      )
      await give(engines, [reading(given, '2026-03-25', clock.clock.now())])
      await evaluated(engines)
      await sheet.stands('p-1', '99445 locked', '99454 held')
      assert.deepEqual(
        [signalsOf99454()?.includes('LOCKED_OTHERWISE'), (await queue(biller, practice)).length],
        [true, 1],
      )
    })

    test('is looked for until six years after the last date of the line', async (t) => {
      const before = clock.clock.now()
      t.after(() => clock.set(before))
      const { biller, practice, params } = await locked({})
      const visitedAndVoided = async (
        today: string,
        visitedOn: string,
        more: { acknowledgeLocked?: true } = {},
      ) => {
        clock.set(at(today))
        const practitioner = await physicianOf(console.operator, practice)
        const body = { visitedAt: at(visitedOn, '15:00'), practitioner, ...more }
        const { visit } = await biller.call('recordVisit', { params, body })
        await evaluated(engines)
        const found = await codes(practice)
        await biller.call('voidVisit', {
          params: { ...params, visit },
          body: { reason: 'not billed', ...more },
        })
        await evaluated(engines)
        return found
      }
      const known = { acknowledgeLocked: true } as const
      assert.deepEqual(await visitedAndVoided('2032-03-31', '2026-03-10', known), ['99457 nonex0'])
      assert.deepEqual(await codes(practice), ['99457 nonex0', '99457 99457x1'])
      // The dates of 99457 are those of March. No one is asked any more either.
      assert.deepEqual(await visitedAndVoided('2032-04-01', '2026-03-10'), ['99457 nonex0', '99457 99457x1'])
    })

    test('is an E/M visit that is posted late: 99457 becomes 99470 (vector 13), and it can be settled', async () => {
      const { biller, params, practice, sheet } = await locked({ seconds: 900 }, (file) =>
        worked(file, at('2026-03-12', '09:00'), 700),
      )
      await sheet.stands('p-1', '99457 locked')
      const visitedAt = at('2026-03-10', '15:00')
      const { visit } = await biller.call('recordVisit', {
        params,
        body: {
          visitedAt,
          practitioner: await physicianOf(console.operator, practice),
          acknowledgeLocked: true,
        },
      })
      await evaluated(engines)
      assert.deepEqual(await codes(practice), ['99457 99470x1'])
      await sheet.stands('p-1', '99457 locked', '99470 held')

      const line = { code: '99457', ...time }
      const other99454 = { code: '99454', ...device, action: 'left', reason: 'x' } as const
      await refused(biller.call('settleChange', { params, body: other99454 }), 'CHANGE_UNKNOWN')
      await biller.call('submitClaim', { params, body: line })
      assert.equal((await queue(biller, practice))[0]?.submitted, true)
      const settled = { ...line, action: 'corrected', reason: 'sent a corrected claim' } as const
      await biller.call('settleChange', { params, body: settled })
      assert.deepEqual(await queue(biller, practice), [])
      await refused(biller.call('settleChange', { params, body: settled }), 'CHANGE_UNKNOWN')
      // The same difference, found again, is what was settled.
      await biller.call('movePatient', { params, body: { zone: 'America/New_York' } })
      await evaluated(engines)
      assert.equal((await told(practice)).length, 1)
      assert.deepEqual(await queue(biller, practice), [])

      // Changed back, and again: each is told.
      await biller.call('voidVisit', {
        params: { ...params, visit },
        body: { reason: 'not billed', acknowledgeLocked: true },
      })
      await evaluated(engines)
      assert.deepEqual(await codes(practice), ['99457 99470x1', '99457 99457x1'])
      await biller.call('movePatient', { params, body: { zone: 'America/New_York', from: NOW } })
      await evaluated(engines)
      assert.equal((await told(practice)).length, 2, 'that all is as it was is told once')
      await biller.call('recordVisit', {
        params,
        body: {
          visitedAt,
          practitioner: await physicianOf(console.operator, practice),
          acknowledgeLocked: true,
        },
      })
      await evaluated(engines)
      assert.deepEqual(await codes(practice), ['99457 99470x1', '99457 99457x1', '99457 99470x1'])
      assert.equal((await queue(biller, practice)).length, 1)
    })

    for (const correction of ['voided', 'moved'] as const)
      test(`is time with another patient that was ${correction}: it trimmed what a locked line was billed with`, async () => {
        const { biller, practice, sheet } = await locked(
          { seconds: 1_800, beside: { seconds: 0, call: false } },
          // Begun ten minutes before p-1's, and over it for eleven: nineteen are left.
          (file) => ({
            ...worked({ ...file, patient: 'p-2' }, at('2026-03-10', '01:50'), 1_260),
            id: 'beside',
          }),
        )
        await sheet.stands('p-1', '99470 locked')
        await sheet.stands('p-2', '99454 locked', '99457 short')
        const params = { practice, patient: 'p-2' }
        const { sessions } = await chartOf(biller, { ...params, month })
        const { session, version, startedAt, clinician } = sessions.find(
          (one) => one.startedAt === at('2026-03-10', '01:50'),
        )!
        const named = { ...params, session: session! }
        const body = { startedAt, clinician, version, reason: 'not so' }
        const change = (more: { acknowledgeLocked?: true }) =>
          correction === 'voided'
            ? biller.call('voidTime', { params: named, body: { ...body, ...more } })
            : biller.call('amendTime', {
                params: named,
                body: {
                  ...body,
                  from: startedAt,
                  until: startedAt + 300_000,
                  program: 'RPM',
                  category: 'data-review',
                  ...more,
                },
              })
        await refused(change({}), 'TIME_LOCKED')
        await change({ acknowledgeLocked: true })
        await evaluated(engines)
        assert.deepEqual(await codes(practice), ['99470 99457x1'])
        assert.deepEqual(
          (await queue(biller, practice)).map(({ patient }) => patient),
          ['p-1'],
        )
      })

    test('is another zone of the practice, whose months end at another instant: it says first what that changes, and then each line is told', async () => {
      const { practice, params, biller, sheet } = await locked({ seconds: 600 }, (file) =>
        worked(file, at('2026-03-31', '23:35'), 700),
      )
      await sheet.stands('p-1', '99457 locked')
      const open = (body: { name?: string; zone?: string; confirm?: true }) =>
        biller.call('openPractice', { params: { practice }, body })
      const line = { patient: 'p-1', name: 'Patient p-1', ...time }
      const effects = {
        changes: [
          { ...line, code: '99457', unitsNow: 1, unitsThen: 0, locked: true },
          { ...line, code: '99470', unitsNow: 0, unitsThen: 1, locked: false },
        ],
        failed: [],
      }
      const zoneNow = async () => (await biller.call('listPractices', {})).practices[0]?.zone
      // In Toronto months end as they do in New York, and another name moves nothing.
      for (const body of [{ zone: 'America/Toronto' }, { name: 'Riverside Heart' }, { zone }])
        assert.deepEqual(await open(body), { saved: true, changes: [], failed: [] })
      assert.deepEqual(await open({ zone: 'Europe/Berlin' }), { saved: false, ...effects })
      await evaluated(engines)
      assert.deepEqual([await zoneNow(), await codes(practice)], [zone, []])
      const confirmed = () => open({ zone: 'Europe/Berlin', confirm: true })
      assert.deepEqual(await forAll(practice, confirmed), { saved: true, ...effects })
      assert.deepEqual([await zoneNow(), await codes(practice)], ['Europe/Berlin', ['99457 99470x1']])
      // What is locked besides stays as it is, and of a line that is not, no one is asked.
      await biller.call('unlockClaim', { params, body: { code: '99457', ...time, reason: 'refunded' } })
      await evaluated(engines)
      assert.deepEqual(await open({ zone }), { saved: true, changes: [], failed: [] })
    })

    test('is asked about on the command line too, before a practice gets another zone', async () => {
      // Twenty minutes of the last evening of March in New York, which is April in Berlin.
      const { practice, sheet } = await locked({ seconds: 0 }, (file) =>
        worked(file, at('2026-03-31', '23:30'), 1_200),
      )
      await sheet.stands('p-1', '99457 locked')
      const env = { ...process.env, CUFFLINK_CONSOLE: console.url, CUFFLINK_OPERATOR_KEY: testOperatorKey }
      const add = async (...more: readonly string[]) => {
        const args = ['practice', 'add', practice, '--name', 'Riverside', '--zone', 'Europe/Berlin', ...more]
        return (await promisify(execFile)(process.execPath, [cufflink, ...args], { env })).stdout
      }
      const row = '  p-1  99457  2026-03-01 to 2026-03-31: 1 → 0 units, locked\n'
      assert.equal(
        await add(),
        `Nothing was saved. It would change these lines; say --confirm to do it.\n${row}`,
      )
      await evaluated(engines)
      assert.deepEqual(await codes(practice), [])
      const confirmed = await forAll(practice, () => add('--confirm'))
      assert.equal(confirmed, `Saved. ${console.url}/practices/${practice}\n${row}`)
      assert.deepEqual(await codes(practice), ['99457 nonex0'])
    })

    test('is asked about before anything that may alter a locked line is saved, and not where it alters none', async () => {
      const { biller, params, practice, sheet } = await locked({})
      await sheet.stands('p-1', '99454 locked', '99457 locked')
      const { call } = biller
      const days = { march: '2026-03-20', april: '2026-04-05' } as const
      type When = keyof typeof days
      const practitioner = await physicianOf(console.operator, practice)
      const device = `spare-${practice}`
      await call('registerDevice', { params: { practice }, body: { device, model: 'BPM' } })
      const words = { program: 'RPM', category: 'data-review', reason: 'by hand' } as const
      const talk = { mode: 'phone', direction: 'outbound', reached: 'patient', outcome: 'talked' } as const
      const stretch = (when: When, hour: string) => {
        const from = at(days[when], hour)
        return { from, until: from + 300_000 }
      }

      const waiting = { timerStart: 'by-hand', startDelayS: 0, entryBackDays: 31 } as const
      const configure = (approveEntries: boolean) =>
        call('configurePractice', { params: { practice }, body: { ...waiting, approveEntries } })
      await configure(true)
      const bo = await console.person(practice, `${practice}-bo`, 'clinician')
      const propose = (when: When) =>
        bo.call('enterTime', { params, body: { ...words, ...stretch(when, '11:00') } })
      const proposed = { march: await propose('march'), april: await propose('april') }
      await configure(false)
      // What is to be taken back: of March with word that it is known.
      const known = { acknowledgeLocked: true } as const
      const enter = (when: When, more = {}) =>
        call('enterTime', { params, body: { ...words, ...stretch(when, '07:00'), ...more } })
      const visit = (when: When, more = {}) =>
        call('recordVisit', { params, body: { visitedAt: at(days[when], '15:00'), practitioner, ...more } })
      const converse = (when: When, more = {}) => {
        const startedAt = at(days[when], '09:00')
        const body = { ...talk, startedAt, endedAt: startedAt + 180_000, ...more }
        return call('recordInteraction', { params, body })
      }
      const made = async (when: When) => {
        const [{ session }, { visit: visited }, { interaction }] = [
          await enter(when, known),
          await visit(when, known),
          await converse(when, known),
        ]
        return { session, visit: visited, interaction }
      }
      const of = { march: await made('march'), april: await made('april') }
      const standing = async (when: When) => {
        const { session } = of[when]
        const { sessions } = await chartOf(biller, { ...params, month: days[when].slice(0, 7) })
        const { startedAt, clinician, version } = sessions.find((one) => one.session === session)!
        const body = { startedAt, clinician, version, reason: 'not so' }
        return { params: { ...params, session }, body }
      }

      const acts = {
        enrolPatient: (when) =>
          call('enrolPatient', { params, body: when === 'march' ? { condition: 'copd' } : { name: 'Eve' } }),
        movePatient: (when) =>
          call('movePatient', { params, body: { zone: 'America/Chicago', from: at(days[when]) } }),
        recordConsent: (when) =>
          call('recordConsent', {
            params,
            body: { mode: 'verbal', costShareExplained: true, consentedAt: at(days[when]) },
          }),
        recordOrder: (when) =>
          call('recordOrder', {
            params,
            body: {
              practitioner,
              diagnosis: 'I10',
              kind: 'body-weight',
              readingsPerWeek: 7,
              orderedAt: at(days[when]),
            },
          }),
        openEpisode: (when) =>
          call('openEpisode', { params: { ...params, episode: 'e-2' }, body: { openedAt: at(days[when]) } }),
        recordSetUp: (when) =>
          call('recordSetUp', { params: { ...params, episode: 'e-1' }, body: { doneAt: at(days[when]) } }),
        recordVisit: visit,
        voidVisit: (when) =>
          call('voidVisit', { params: { ...params, visit: of[when].visit }, body: { reason: 'not held' } }),
        assignDevice: (when) =>
          call('assignDevice', {
            params: { practice, device },
            body: { patient: 'p-1', from: at(days[when]) },
          }),
        enterTime: (when) => call('enterTime', { params, body: { ...words, ...stretch(when, '06:00') } }),
        amendTime: async (when) => {
          const { params: named, body } = await standing(when)
          await call('amendTime', { params: named, body: { ...body, ...words, ...stretch(when, '07:00') } })
        },
        voidTime: async (when) => call('voidTime', await standing(when)),
        decideEntry: (when) => {
          const { session, startedAt } = proposed[when]
          const named = { ...params, session }
          return call('decideEntry', { params: named, body: { startedAt, decision: 'approved' } })
        },
        recordInteraction: converse,
        voidInteraction: (when) => {
          const body = { startedAt: at(days[when], '09:00'), reason: 'not so' }
          return call('voidInteraction', { params: { ...params, interaction: of[when].interaction }, body })
        },
        withdrawConsent: (when) => call('withdrawConsent', { params, body: { withdrawnAt: at(days[when]) } }),
        closeEpisode: (when) =>
          call('closeEpisode', {
            params: { ...params, episode: 'e-1' },
            body: { closedAt: at(days[when]), reason: 'goals met' },
          }),
      } satisfies Record<string, (when: When) => Promise<unknown>>
      const asking = Object.entries(operationSchemas).flatMap(([name, schemas]) =>
        'body' in schemas && 'acknowledgeLocked' in schemas.body.properties ? [name] : [],
      )
      assert.deepEqual(Object.keys(acts).toSorted(), asking.toSorted())

      const saved = async () => (await console.facts('activity', `${practice}/p-1`)).map(({ id }) => id)
      const before = await saved()
      for (const act of Object.values(acts)) await refused(act('march'), 'TIME_LOCKED')
      const { session, startedAt } = proposed.march
      const declined = { startedAt, decision: 'declined', reason: 'nothing is added' } as const
      assert.deepEqual(
        (await saved()).filter((id) => !before.includes(id) && !id.startsWith('differs')),
        [],
      )
      for (const act of Object.values(acts)) await act('april')
      await call('decideEntry', { params: { ...params, session }, body: declined })
    })

    test('back and forth is told each time, and the queue says what holds', async () => {
      const { biller, params, practice } = await locked({})
      const visitedAt = at('2026-03-10', '15:00')
      for (let round = 0; round < 2; round += 1) {
        const { visit } = await biller.call('recordVisit', {
          params,
          body: {
            visitedAt,
            practitioner: await physicianOf(console.operator, practice),
            acknowledgeLocked: true,
          },
        })
        await evaluated(engines)
        assert.equal((await queue(biller, practice)).length, 1)
        await biller.call('voidVisit', {
          params: { ...params, visit },
          body: { reason: 'x', acknowledgeLocked: true },
        })
        await evaluated(engines)
        assert.deepEqual(await queue(biller, practice), [])
      }
      assert.deepEqual(await codes(practice), [
        '99457 nonex0',
        '99457 99457x1',
        '99457 nonex0',
        '99457 99457x1',
      ])
    })

    test('is a consent that was withdrawn: every line is without ground, and each is told', async () => {
      const { biller, params, practice } = await locked({})
      await biller.call('withdrawConsent', {
        params,
        body: { withdrawnAt: at('2026-03-01', '00:00'), acknowledgeLocked: true },
      })
      await evaluated(engines)
      assert.deepEqual((await codes(practice)).toSorted(), ['99453 nonex0', '99454 nonex0', '99457 nonex0'])
      assert.equal((await queue(biller, practice)).length, 3)
      await biller.call('unlockClaim', { params, body: { code: '99457', ...time, reason: 'refunded' } })
      assert.equal((await queue(biller, practice)).length, 2)
    })

    test('is a credential that was changed for the past: it holds from its date, says first what that changes, and then each line is told', async () => {
      const { biller, practice } = await locked({})
      const params = { practice, user: nurseOf(practice) }
      const call = (body: { from?: number; confirm?: true }) =>
        biller.call('changeCredential', {
          params,
          body: { credential: 'non-clinical', reason: 'no license', ...body },
        })
      // What the line was billed with was done before this date, and counts as it did.
      const changed = await forAll(practice, () => call({ from: at('2026-03-12', '00:00') }))
      assert.deepEqual(changed, { saved: true, changes: [], failed: [] })
      assert.deepEqual(await codes(practice), [])
      const from = at('2026-03-01', '00:00')
      const first = await call({ from })
      assert.equal(first.saved, false)
      assert.deepEqual(
        first.changes.map(({ patient, code, unitsNow, unitsThen, locked: isLocked }) => [
          patient,
          code,
          unitsNow,
          unitsThen,
          isLocked,
        ]),
        [['p-1', '99457', 1, 0, true]],
      )
      await evaluated(engines)
      assert.deepEqual(await codes(practice), [])
      assert.equal((await forAll(practice, () => call({ from, confirm: true }))).saved, true)
      assert.deepEqual(await codes(practice), ['99457 nonex0'])
      const { users } = await biller.call('listUsers', { params: { practice } })
      assert.deepEqual(
        users.map(({ credential }) => credential),
        ['non-clinical'],
      )
    })

    test('is told of everybody else when one patient cannot be evaluated: a credential can be changed, and the queue is shown', async () => {
      const { biller, practice } = await locked({ beside: {} })
      await damage(engines, practice, 'p-2')
      const params = { practice, user: nurseOf(practice) }
      const from = at('2026-03-01', '00:00')
      const body = { credential: 'non-clinical', reason: 'no license', from } as const
      const { saved, changes, failed } = await biller.call('changeCredential', { params, body })
      assert.deepEqual([saved, changes.map(({ patient }) => patient), failed], [false, ['p-1'], ['p-2']])
      const moved = { params: { practice }, body: { zone: 'Europe/Berlin' } }
      assert.deepEqual(await biller.call('openPractice', moved), {
        saved: false,
        changes: [],
        failed: ['p-2'],
      })
      await forAll(practice, () =>
        biller.call('changeCredential', { params, body: { ...body, confirm: true } }),
      )
      await biller.call('recordVisit', {
        params: { practice, patient: 'p-2' },
        body: {
          visitedAt: at('2026-03-10', '15:00'),
          practitioner: await physicianOf(console.operator, practice),
          acknowledgeLocked: true,
        },
      })
      await evaluated(engines)
      assert.deepEqual(await codes(practice), ['99457 nonex0'])
      await give(engines, [
        fact<'claim.differs'>({
          type: 'claim.differs',
          tenant: practice,
          at: NOW,
          data: { ...(await told(practice))[0]!, patient: 'p-2' },
        }),
      ])
      await damage(engines, practice, 'p-2', { topic: 'activity' })
      const left = await biller.call('listChanges', { params: { practice, page: '1' } })
      assert.deepEqual([left.changes.map(({ patient }) => patient), left.failed], [['p-1'], 1])
    })

    test('is no credential that changes from now on', async () => {
      const { biller, practice } = await locked({})
      const user = nurseOf(practice)
      const body = {
        name: 'Ada',
        roles: ['biller', 'clinician', 'administrator'],
        credential: 'non-clinical',
      }
      await biller.call('registerUser', { params: { practice, user }, body: body as never })
      await evaluated(engines)
      await biller.call('recordVisit', {
        params: { practice, patient: 'p-1' },
        body: { visitedAt: at('2026-02-21'), practitioner: await physicianOf(console.operator, practice) },
      })
      await evaluated(engines)
      assert.deepEqual(await codes(practice), [])
    })

    test('is told no second time after the follower lost its place', async () => {
      const { biller, params, practice } = await locked({})
      await biller.call('recordVisit', {
        params,
        body: {
          visitedAt: at('2026-03-10', '15:00'),
          practitioner: await physicianOf(console.operator, practice),
          acknowledgeLocked: true,
        },
      })
      await evaluated(engines)
      const before = await told(practice)
      assert.equal(before.length, 1)
      await engines.emptyViews()
      // A follower that begins where none has been yet looks at everything again, while the views are filled again.
      await using _third = await startConsoleOn(engines, { time: clock })
      await evaluated(engines)
      assert.deepEqual(await told(practice), before)
      assert.equal((await queue(biller, practice)).length, 1)
    })

    test('waits in pages of a hundred, the first that was found first; a short question says whether something changed', async () => {
      const practice = `practice-${randomUUID().slice(0, 8)}`
      await enrol(console, practice)
      const biller = await console.person(practice, nurseOf(practice), 'biller')
      const given = (type: 'claim.locked' | 'claim.differs', at: number, data: object): Fact =>
        fact({ type, tenant: practice, at, data } as never)
      const patients = Array.from({ length: 230 }, (_, nth) => `p-${nth}`)
      const line = { code: '99454', ...device }
      await give(
        engines,
        patients.flatMap((patient, nth) => {
          const locked = { patient, ...line, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' }
          const units = { oldUnits: 1, newUnits: 0, differenceCents: -5_000 }
          const differs = { patient, kind: 'LATE_CHANGE', ...device, oldCode: '99454', ...units }
          return [given('claim.locked', NOW, locked), given('claim.differs', NOW + nth, differs)]
        }),
      )
      const page = (of: string) => biller.call('listChanges', { params: { practice, page: of } })
      const versions = () => biller.call('queueVersions', { params: { practice } })
      const [first, third, fourth] = [await page('1'), await page('3'), await page('4')]
      const shown = ({ changes }: typeof first) => changes.map(({ patient }) => patient)
      assert.deepEqual(shown(first), patients.slice(0, 100))
      assert.deepEqual(shown(third), patients.slice(200))
      assert.deepEqual(shown(fourth), [])
      for (const one of [first, third, fourth])
        assert.deepEqual([one.total, one.totalCents, one.failed], [230, 230 * -5_000, 0])
      const before = await versions()
      assert.equal(before.changes, first.version)
      const body = { ...line, action: 'left', reason: 'x' } as const
      await biller.call('settleChange', { params: { practice, patient: 'p-0' }, body })
      const after = await versions()
      assert.notEqual(after.changes, before.changes)
      assert.equal(after.entries, before.entries)
      const again = await page('1')
      assert.deepEqual([shown(again), again.total], [patients.slice(1, 101), 229])
    })

    /** Ends the tracker that runs, and starts another one. */
    async function trackOn(parts?: Parameters<typeof startTrackerOn>[1]): Promise<void> {
      await tracker[Symbol.asyncDispose]()
      tracker = await startTrackerOn(engines, parts)
    }

    for (const isWritten of [false, true])
      test(`is told once by a tracker that is killed ${isWritten ? 'after' : 'before'} it is on the ledger, and the one that goes on`, async () => {
        const { practice, given } = await locked({ dates: sixteen.slice(0, 15) })
        const { promise: reached, resolve } = Promise.withResolvers<Fact>()
        const { ledger } = engines
        const append: typeof ledger.append = async (one) => {
          if (one.type !== 'claim.differs') return ledger.append(one)
          if (isWritten) await ledger.append(one)
          resolve(one)
          return new Promise<never>(() => undefined)
        }
        await trackOn({ ledger: overlaid(ledger, { append }) })
        await ledger.append(reading(given, '2026-03-25', clock.clock.now()))
        const onItsWay = await reached
        await trackOn()
        await evaluated(engines)
        assert.deepEqual(await codes(practice), ['99445 99454x1'])
        // What the first had sent arrives all the same.
        await give(engines, [onItsWay])
        assert.deepEqual(await codes(practice), ['99445 99454x1'])
      })

    test('is what a release with other rules shows', async () => {
      const { practice, given } = await locked({ dates: sixteen.slice(0, 15) })
      const { views } = engines
      const { commit, evaluations } = views
      // As if it were so by the rules of before: it finds no difference, and its tallies stand on other rules.
      const before = overlaid(views, {
        commit: (shard, batch) => commit(shard, { ...batch, late: [] }),
        evaluations: overlaid(evaluations, {
          conclude: (partition, { tally, ...evaluated }) =>
            evaluations.conclude(partition, {
              ...evaluated,
              late: [],
              tally: { ...tally, basis: 'other rules', lockedBasis: 'other rules' },
            }),
        }),
      })
      await trackOn({ views: before })
      await give(engines, [reading(given, '2026-03-25', clock.clock.now())])
      await evaluated(engines)
      assert.deepEqual(await codes(practice), [])
      await forAll(practice, () => trackOn())
      assert.deepEqual(await codes(practice), ['99445 99454x1'])
    })

    if (oneFile)
      test('is not what the views just do not know yet, while they are filled again', async () => {
        const { biller, practice } = await locked({})
        await tracker[Symbol.asyncDispose]()
        engines.loseReadings?.()
        const name = `${practice}/p-1`
        const { views, ledger } = engines
        await views.evaluations.markLate(ledger.partitionOf(name), [`${name}/all`])
        // No reading is there before it was often asked what is marked.
        const { promise: asked, resolve } = Promise.withResolvers<void>()
        let looks = 0
        await trackOn({
          views: overlaid(views, {
            commit: async (shard, batch) => {
              if (shard.topic === 'readings') await asked
              return views.commit(shard, batch)
            },
            evaluations: overlaid(views.evaluations, {
              marked(partition) {
                looks += 1
                if (looks > 20) resolve()
                return views.evaluations.marked(partition)
              },
            }),
          }),
        })
        await evaluated(engines)
        assert.deepEqual(await told(practice), [])
        assert.deepEqual(await queue(biller, practice), [])
      })
  })
}
