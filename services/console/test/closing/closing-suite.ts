import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { hash, randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ChainRow, ChainSeal } from '@cufflink/billing'
import { GENESIS, verifyChain } from '@cufflink/billing'
import { patientKey } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import { type SignedInPerson, signIn, waitFor } from '@cufflink/testkit'
import type { Leases, Views } from '@cufflink/views'
import { scan } from '../../src/closing/scan.ts'
import type { ClosingNote } from '../../src/closing/sealing.ts'
import { chartOf, handClock } from '../charts-fixture.ts'
import { enrol, type RunningConsole, refused, startConsoleOn, testPassword } from '../console-fixture.ts'
import type { EmptiableEngines } from '../emptiable.ts'
import {
  damage,
  deviceOf,
  type File,
  furnish,
  give,
  month,
  NOW,
  nurseOf,
  openSheet,
  reading,
  sixteen,
  startClosings,
} from './closing-fixture.ts'

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const line = (code: string) =>
  code === '99454'
    ? { code, from: '2026-03-01', to: '2026-03-30' }
    : { code, from: '2026-03-01', to: '2026-03-31' }

/** The closing of months, on any engines; `oneFile` when the views are one, of which a part can be lost. */
export function closingSuite(title: string, open: () => Promise<EmptiableEngines>, oneFile = false): void {
  describe(title, { concurrency: 1 }, () => {
    let engines: EmptiableEngines
    let console: RunningConsole
    let other: RunningConsole
    before(async () => {
      engines = await open()
      const time = handClock(NOW)
      ;[console, other] = await Promise.all([
        startConsoleOn(engines, { time }),
        startConsoleOn(engines, { time }),
      ])
    })
    after(async () => {
      await other[Symbol.asyncDispose]()
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    /** A practice of one test, and a biller of it. */
    async function practiceWith(...files: readonly Omit<File, 'practice'>[]) {
      const practice = `practice-${randomUUID().slice(0, 8)}`
      await enrol(console, practice)
      const biller = await console.person(practice, nurseOf(practice), 'biller', 'clinician', 'administrator')
      await furnish(
        engines,
        console,
        files.map((file) => ({ ...file, practice })),
      )
      return { practice, biller, sheet: openSheet(biller, practice) }
    }
    const close = (
      person: SignedInPerson,
      practice: string,
      lines?: readonly object[],
      commandKey = randomUUID(),
    ) =>
      person.call('closeMonth', {
        params: { practice, month },
        body: lines ? { lines: lines as never } : {},
        commandKey,
      })
    const verified = (person: SignedInPerson, practice: string) =>
      person.call('verifyEvidence', { params: { practice } })
    const onThere = async (practice: string): Promise<SignedInPerson> =>
      other.person(practice, `${practice}-bo`, 'biller')

    /** The exported file, as someone else would read it. */
    async function exported(person: SignedInPerson, practice: string) {
      const text = await person.call('exportEvidence', { params: { practice } })
      return text.trim().split('\n')
    }
    function faultsOf(lines: readonly string[]): string[] {
      const parsed = lines.map((text) => JSON.parse(text) as { type: string })
      const rows = parsed.filter(({ type }) => type === 'claim.locked') as unknown as ChainRow[]
      const seals = parsed.filter(({ type }) => type === 'month.closed') as unknown as ChainSeal[]
      return verifyChain(rows, seals, sha256).map(({ sequence, fault }) => `${sequence} ${fault}`)
    }

    test('begins with a sheet that says of every line where it stands and why', async () => {
      const { biller, practice, sheet } = await practiceWith(
        { patient: 'p-1' },
        { patient: 'p-2', dates: ['2026-03-01', '2026-03-02'], seconds: 700 },
        { patient: 'p-3', note: false, call: false },
        { patient: 'p-4', consent: false },
        { patient: 'p-5', seconds: 6_100 },
        { patient: 'p-6', dates: ['2026-03-20', '2026-03-21'] },
        { patient: 'p-7', dates: [], seconds: 0, call: false, note: false, consent: false },
        { patient: 'p-8', dates: [], call: false, note: false, consent: false },
      )
      await sheet.stands('p-1', '99454 ready', '99457 ready', '99453 ready')
      await sheet.stands('p-2', '99445 ready', '99470 ready')
      await sheet.stands('p-3', '99457 short', '99454 ready')
      await sheet.stands('p-4', '99457 short')
      await sheet.stands('p-5', '99457 ready', '99458 ready', '99458 held')
      // Nothing was done, and nothing stands in the way of it.
      await sheet.until(() => sheet.perPatient().has('p-7'), 'the last patient')
      assert.deepEqual(sheet.standings('p-7'), [])
      // Here someone worked, and the consent is all that is wanted.
      await sheet.stands('p-8', '99457 short')
      // Its period ends in April: it is of April's sheet.
      await sheet.stands('p-6', '99457 ready')
      assert.ok(!sheet.standings('p-6').some((each) => each.startsWith('9944')))
      const april = openSheet(biller, practice, '2026-04')
      await april.stands('p-6', '99445 open')
      const withoutNote = sheet
        .perPatient()
        .get('p-3')!
        .find(({ line: { code } }) => code === '99457')!
      assert.deepEqual(
        withoutNote.prompts.map(({ prompt }) => prompt),
        ['note'],
      )
      const { line: held } = sheet
        .perPatient()
        .get('p-5')!
        .find(({ standing }) => standing === 'held')!
      assert.deepEqual([held.code, held.units], ['99458', 1])
    })

    test('locks what is ready, with evidence that verifies, and nothing else', async () => {
      const { biller, practice, sheet } = await practiceWith(
        { patient: 'p-1' },
        { patient: 'p-2', seconds: 6_100 },
        { patient: 'p-3', note: false },
      )
      await sheet.stands('p-2', '99458 ready')
      const { closing } = await close(biller, practice)
      const { locked, code } = await sheet.ended(closing)
      assert.deepEqual([locked, code], [3 + 4 + 2, undefined])
      await sheet.stands('p-1', '99454 locked', '99457 locked', '99453 locked')
      await sheet.stands('p-2', '99458 locked', '99458 held')
      await sheet.stands('p-3', '99457 blocked', '99454 locked')
      assert.deepEqual(await verified(biller, practice), { closings: 1, lines: 9, faults: [] })
      const { claims } = await chartOf(biller, { practice, patient: 'p-1', month })
      assert.deepEqual(claims.map((claim) => [claim.code, claim.units, claim.lockedAt]).toSorted(), [
        ['99453', 1, NOW],
        ['99454', 1, NOW],
        ['99457', 1, NOW],
      ])
      const text = (await exported(biller, practice)).join('\n')
      for (const proof of [
        'Two weeks.',
        'given',
        'consent.recorded',
        'interaction.recorded',
        'order.recorded',
      ])
        assert.ok(text.includes(proof), `the evidence lacks ${proof}`)
      const billing = text.match(/"billing":\{"onRecord":true,"practitioner":"dr-lee","order":\d+\}/g)
      const supervising = text.match(/"supervising":\{"onRecord":false\}/g)
      assert.deepEqual([billing?.length, supervising?.length], [9, 9])
    })

    test('is exported whole; a changed byte, a dropped row and two that were swapped are found', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' }, { patient: 'p-2' })
      await sheet.stands('p-1', '99457 ready')
      await sheet.stands('p-2', '99457 ready')
      await sheet.ended((await close(biller, practice)).closing)
      const lines = await exported(biller, practice)
      assert.equal(lines.length, 6 + 1)
      assert.deepEqual(faultsOf(lines), [])
      const [, second = '', third = ''] = lines
      const changed = second.replace(
        /"amountCents":(\d)/,
        (_, digit: string) => `"amountCents":${9 - Number(digit)}`,
      )
      assert.notEqual(changed, second)
      assert.deepEqual(faultsOf(lines.with(1, changed)), ['2 changed'])
      const reworded = lines.findIndex((text) => text.includes('Two weeks.'))
      const reworded2 = lines.with(reworded, lines[reworded]!.replace('Two weeks.', 'Two weekz.'))
      assert.deepEqual(faultsOf(reworded2), [`${reworded + 1} changed`])
      assert.deepEqual(faultsOf(lines.toSpliced(1, 1)), ['2 missing'])
      assert.deepEqual(faultsOf(lines.with(1, third).with(2, second)), ['2 out-of-order'])
      assert.deepEqual(faultsOf(lines.slice(0, -1)), ['0 unsealed'])
      assert.deepEqual(faultsOf(lines.toSpliced(5, 1)), ['6 missing'])
    })

    test('stands each on the one before, and what is unlocked with a reason can be locked again', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' }, { patient: 'p-2' })
      const params = { practice, patient: 'p-1' }
      await sheet.stands('p-1', '99454 ready')
      await refused(
        biller.call('unlockClaim', { params, body: { ...line('99454'), reason: 'x' } }),
        'LINE_NOT_LOCKED',
      )
      const first = await close(biller, practice, [{ patient: 'p-1', ...line('99454') }])
      assert.equal((await sheet.ended(first.closing)).locked, 1)
      await sheet.stands('p-1', '99454 locked', '99457 ready')
      await biller.call('unlockClaim', { params, body: { ...line('99454'), reason: 'billed by mistake' } })
      await sheet.stands('p-1', '99454 ready')
      const second = await close(biller, practice)
      await sheet.ended(second.closing)
      await sheet.stands('p-1', '99454 locked')
      await sheet.stands('p-2', '99454 locked')
      assert.deepEqual(await verified(biller, practice), { closings: 2, lines: 7, faults: [] })
      const seals = (await console.facts('activity', practice)).flatMap((fact) =>
        fact.type === 'month.closed' ? [fact.data] : [],
      )
      assert.deepEqual([seals[0]?.previous, seals[1]?.previous], [GENESIS, seals[0]?.head])
    })

    test('keeps the whole history of a line that was sent: it is opened again only by who knows, and is never simply ready', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' })
      const params = { practice, patient: 'p-1' }
      const body = line('99454')
      const lockIt = () => close(biller, practice, [{ patient: 'p-1', ...body }])
      const history = () =>
        sheet
          .perPatient()
          .get('p-1')!
          .find(({ line: { code } }) => code === '99454')!
          .history.map(({ event, reference = '' }) => `${event} ${reference}`.trim())
      await sheet.stands('p-1', '99454 ready')
      await sheet.ended((await lockIt()).closing)
      await biller.call('submitClaim', { params, body: { ...body, reference: 'R-1' } })
      await biller.call('submitClaim', { params, body: { ...body, reference: 'R-2' } })
      await sheet.until(() => history().length === 3, 'both submissions')
      assert.deepEqual(history(), ['locked', 'submitted R-1', 'submitted R-2'])
      const { claims } = await chartOf(biller, { ...params, month })
      assert.deepEqual(
        claims[0]?.history.flatMap(({ reference }) => reference ?? []),
        ['R-1', 'R-2'],
      )
      const unlocking = { ...body, reason: 'the payer wants another' }
      await refused(biller.call('unlockClaim', { params, body: unlocking }), 'LINE_SUBMITTED')
      await biller.call('unlockClaim', { params, body: { ...unlocking, submitted: true } })
      await sheet.stands('p-1', '99454 held')
      assert.equal(history().at(-1), 'unlocked')
      // A person who locks all that is ready does not lock this one.
      await sheet.ended((await close(biller, practice)).closing)
      await sheet.stands('p-1', '99457 locked', '99454 held')
      await sheet.ended((await lockIt()).closing)
      await sheet.stands('p-1', '99454 locked')
      assert.deepEqual(history(), ['locked', 'submitted R-1', 'submitted R-2', 'unlocked', 'locked'])
    })

    test('keeps what was sent in the way of a line whose dates moved after it was opened again', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' })
      const params = { practice, patient: 'p-1' }
      const body = line('99454')
      await sheet.stands('p-1', '99454 ready')
      await sheet.ended((await close(biller, practice, [{ patient: 'p-1', ...body }])).closing)
      await biller.call('submitClaim', { params, body: { ...body, reference: 'R-1' } })
      const opening = { ...body, reason: 'an earlier day is known now', submitted: true } as const
      await biller.call('unlockClaim', { params, body: opening })
      await sheet.stands('p-1', '99454 held')
      await give(engines, [reading({ practice, patient: 'p-1' }, '2026-02-27')])
      const moved = () =>
        sheet
          .perPatient()
          .get('p-1')
          ?.find(({ line: { from } }) => from === '2026-02-27')
      await sheet.until(moved, 'the line of the other dates')
      assert.equal(moved()?.standing, 'held')
      assert.deepEqual(
        moved()?.history.flatMap(({ reference }) => reference ?? []),
        ['R-1'],
      )
    })

    test('locks what is ready of everybody else when one patient cannot be worked out, and says so', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' }, { patient: 'p-2' })
      await sheet.stands('p-1', '99454 ready')
      await sheet.stands('p-2', '99454 ready')
      await damage(engines, practice, 'p-1')
      const { closing } = await close(biller, practice)
      const { locked, code } = await sheet.ended(closing)
      assert.equal(code, 'PATIENT_NOT_EVALUATED')
      assert.ok(locked > 0)
      await sheet.stands('p-2', '99454 locked')
      assert.deepEqual((await verified(biller, practice)).faults, [])
    })

    test('releases or dismisses what is held, with a reason that stays', async () => {
      const { biller, practice, sheet } = await practiceWith(
        { patient: 'p-1', seconds: 7_300 },
        { patient: 'p-2', seconds: 7_300 },
      )
      const unitsOf = (patient: string) =>
        (sheet.perPatient().get(patient) ?? [])
          .filter(({ line: { code } }) => code === '99458')
          .map(({ standing, line: { units } }) => `${units} ${standing}`)
      const decide = (patient: string, decision: 'released' | 'dismissed' | 'reopened', units: number) =>
        biller.call('decideHeld', {
          params: { practice, patient },
          body: { ...line('99458'), decision, units, reason: 'two long calls' },
        })
      const are = (patient: string, ...expected: readonly string[]) =>
        sheet.until(() => unitsOf(patient).join() === expected.join(), `${patient} at ${expected.join()}`)
      await are('p-1', '3 ready', '2 held')
      await refused(decide('p-1', 'released', 3), 'LINE_NOT_HELD')
      await decide('p-1', 'released', 1)
      await are('p-1', '4 ready', '1 held')
      await decide('p-1', 'dismissed', 1)
      await are('p-1', '4 ready')
      await decide('p-1', 'reopened', 0)
      await are('p-1', '3 ready', '2 held')
      // Two people decide on the same at once: the second finds nothing left.
      const both = await Promise.allSettled([decide('p-1', 'released', 2), decide('p-1', 'released', 2)])
      assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      await decide('p-2', 'dismissed', 2)
      await are('p-2', '3 ready')
      const { code } = await sheet.ended((await close(biller, practice)).closing)
      assert.equal(code, undefined)
      await are('p-1', '5 locked')
      const text = (await console.facts('activity', `${practice}/p-1`)).flatMap(({ type, data }) =>
        type === 'claim.decided' ? [data.decision] : [],
      )
      assert.deepEqual(text, ['released', 'dismissed', 'reopened', 'released'])
    })

    test('counts what was measured, though the enrolment was typed later: as `explain` does from the same facts', async () => {
      const { biller, practice, sheet } = await practiceWith({
        patient: 'p-1',
        enrolledAt: NOW - 3_600_000,
        seconds: 0,
        call: false,
        note: false,
      })
      await sheet.stands('p-1', '99454 ready')
      const said = await biller.call('explainMonth', { params: { practice, patient: 'p-1', month } })
      const facts = [
        ...(await console.facts('activity', practice)),
        ...(await console.facts('activity', `${practice}/p-1`)),
        ...(await console.facts('readings', `${practice}/p-1`)),
        ...(await console.facts('registry', deviceOf(practice, 'p-1'))),
      ]
      const file = join(mkdtempSync(join(tmpdir(), 'explain-')), 'facts.jsonl')
      writeFileSync(file, facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
      const script = fileURLToPath(new URL('../../../../scripts/explain.ts', import.meta.url))
      const asked = ['--facts', file, '--tenant', practice, '--patient', 'p-1', '--month', month]
      const { stdout } = await promisify(execFile)(process.execPath, [
        script,
        ...asked,
        '--as-of',
        new Date(NOW).toISOString(),
      ])
      assert.equal(said, stdout)
      assert.match(said, /16 data-days/)
    })

    test('is refused while another of the practice is under way, at another console too', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' })
      await sheet.stands('p-1', '99457 ready')
      const there = await onThere(practice)
      const outcomes = await Promise.allSettled([
        close(biller, practice),
        close(there, practice),
        close(biller, practice),
      ])
      const failed = outcomes.filter((one) => one.status === 'rejected')
      for (const { reason } of failed) assert.equal((reason as { code: string }).code, 'CLOSING_UNDER_WAY')
      assert.equal(failed.length, 2)
      await sheet.stands('p-1', '99457 locked')
      await waitFor(async () => (await verified(biller, practice)).faults.length === 0, {
        what: 'the seal',
      })
      assert.equal((await verified(biller, practice)).lines, 3)
    })

    test('says that a line it was asked for is not ready, and how many of the others it locked', async () => {
      const { biller, practice, sheet } = await practiceWith(
        { patient: 'p-1' },
        { patient: 'p-2', note: false },
      )
      await sheet.stands('p-2', '99457 blocked')
      const { closing } = await close(biller, practice, [
        { patient: 'p-1', ...line('99454') },
        { patient: 'p-2', ...line('99457') },
        { patient: 'p-9', ...line('99457') },
      ])
      assert.deepEqual(await sheet.ended(closing), {
        type: 'month.closing-ended',
        closing,
        locked: 1,
        code: 'LINE_NOT_READY',
      })
      assert.deepEqual(await verified(biller, practice), { closings: 1, lines: 1, faults: [] })
      // Nothing stands in the way of the next.
      await sheet.ended((await close(biller, practice)).closing)
    })

    test('that is repeated, at another console too, is the same closing and locks nothing more', async () => {
      const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' }, { patient: 'p-2' })
      await sheet.stands('p-1', '99454 ready')
      const [key, lines] = [randomUUID(), [{ patient: 'p-1', ...line('99454') }]]
      const first = await close(biller, practice, lines, key)
      await sheet.ended(first.closing)
      await biller.call('unlockClaim', {
        params: { practice, patient: 'p-1' },
        body: { ...line('99454'), reason: 'by mistake' },
      })
      await sheet.stands('p-1', '99454 ready')
      assert.deepEqual(await close(biller, practice, lines, key), first)
      const there = await signIn(other.url, { user: biller.user, password: testPassword })
      assert.deepEqual(await close(there, practice, lines, key), first)
      // One at a time: when another one has ended, the repetition has too.
      const last = await waitFor(() => close(biller, practice, [{ patient: 'p-2', ...line('99454') }]), {
        what: 'the next closing',
      })
      await sheet.ended(last.closing)
      await sheet.stands('p-2', '99454 locked')
      assert.deepEqual(await verified(biller, practice), { closings: 2, lines: 2, faults: [] })
      assert.ok(sheet.standings('p-1').includes('99454 ready'))
    })

    if (oneFile)
      test('locks nothing by what the views just do not know yet, while they are filled again', async () => {
        const { biller, practice, sheet } = await practiceWith({ patient: 'p-1' }, { patient: 'p-2' })
        await sheet.stands('p-2', '99454 ready')
        engines.loseReadings?.()
        const { locked } = await sheet.ended((await close(biller, practice)).closing)
        assert.equal(locked, 6)
      })

    describe('by a server that dies', () => {
      const LEASE_MS = 400
      const time = handClock(NOW)
      /** One for each test. No one but its own servers looks after their closings. */
      const practices: string[] = []
      before(async () => {
        const small = { dates: sixteen.slice(0, 2), seconds: 0, call: false, note: false }
        const many = Array.from({ length: 55 }, (_, index) => ({ patient: `p-${index + 1}`, ...small }))
        const pair = [{ patient: 'p-1' }, { patient: 'p-2' }]
        for (const files of [pair, pair.slice(1), pair.slice(1), many, pair.slice(1)])
          practices.push((await practiceWith(...files)).practice)
        await Promise.all([console, other].map((each) => each[Symbol.asyncDispose]()))
      })

      /** A ledger that takes so many rows, and nothing more after that: the server was killed. Its appends end with the test. */
      const over = Promise.withResolvers<never>()
      over.promise.catch(() => undefined)
      after(() => over.reject(new Error('the test has ended')))
      const takes = (count: number): Partial<Ledger> => {
        let taken = 0
        return {
          async append(fact) {
            if (fact.type === 'claim.locked') taken += 1
            const isDead = taken > count || (taken === count && fact.type !== 'claim.locked')
            return isDead ? over.promise : engines.ledger.append(fact)
          },
        }
      }
      /** It does not renew its lease any more either. */
      const silent: Partial<Leases> = { renew: async () => [] }
      async function killedAfter(practice: string, count: number): Promise<void> {
        const parts = { time, leaseMs: LEASE_MS, ledger: takes(count), leases: silent }
        const server = await startClosings(engines, parts)
        void server.close(practice)
        await waitFor(async () => (await evidenceOf(practice)).lines >= count, {
          what: 'rows',
        })
        await server[Symbol.asyncDispose]()
      }

      /** What the ledger says of a practice's evidence. */
      async function evidenceOf(practice: string) {
        const rows: ChainRow[] = []
        const seals: ChainSeal[] = []
        for await (const { fact } of scan(engines.ledger, 'activity')) {
          if (fact.tenant !== practice) continue
          if (fact.type === 'claim.locked' && fact.v === 2) rows.push({ tenant: practice, data: fact.data })
          if (fact.type === 'month.closed') seals.push({ tenant: practice, data: fact.data })
        }
        const inOrder = rows.toSorted((one, two) => one.data.sequence - two.data.sequence)
        const faults = verifyChain(inOrder, seals, sha256).map(({ fault }) => fault)
        return { closings: seals.length, lines: rows.length, faults }
      }
      type Server = Awaited<ReturnType<typeof startClosings>>
      const sealedBy = (practice: string, ...servers: readonly Server[]): Promise<unknown> =>
        waitFor(
          async () => {
            await Promise.all(servers.map((server) => server.sealOrphans()))
            return (await evidenceOf(practice)).closings > 0
          },
          { what: 'the seal' },
        )

      test('is sealed by another at what was locked, once; the next stands on it and locks the rest', async () => {
        const [practice = ''] = practices
        await killedAfter(practice, 4)
        assert.deepEqual((await evidenceOf(practice)).faults, ['unsealed'])
        await using one = await startClosings(engines, { time, leaseMs: LEASE_MS })
        await using two = await startClosings(engines, { time, leaseMs: LEASE_MS })
        await sealedBy(practice, one, two)
        await Promise.all([one, two].map((server) => server.sealOrphans()))
        assert.deepEqual(await evidenceOf(practice), { closings: 1, lines: 4, faults: [] })
        assert.equal((await one.close(practice)).locked, 2)
        assert.deepEqual(await evidenceOf(practice), { closings: 2, lines: 6, faults: [] })
      })

      test('is sealed by the next closing, which stands on it', async () => {
        const [, practice = ''] = practices
        await killedAfter(practice, 1)
        await using next = await startClosings(engines, { time, leaseMs: LEASE_MS })
        const ended = await waitFor(() => next.close(practice), {
          what: 'the lease to be up',
        })
        assert.equal(ended.locked, 2)
        assert.deepEqual(await evidenceOf(practice), { closings: 2, lines: 3, faults: [] })
      })

      test('is not forgotten when sealing fails', async () => {
        const [, , practice = ''] = practices
        await killedAfter(practice, 2)
        const read: Ledger['read'] = () => Promise.reject(new Error('away'))
        await using failing = await startClosings(engines, { time, leaseMs: LEASE_MS, ledger: { read } })
        const failsBecause = (error: unknown): boolean => (error as Error).message === 'away'
        await waitFor(() => failing.close(practice).then(() => false, failsBecause), {
          what: 'the failure',
        })
        await using next = await startClosings(engines, { time, leaseMs: LEASE_MS })
        await sealedBy(practice, next)
        assert.deepEqual(await evidenceOf(practice), { closings: 1, lines: 2, faults: [] })
      })

      test('waits for the readings of its own patients, and for those of no other partition', async () => {
        const [, , , , practice = ''] = practices
        const own = engines.ledger.partitionOf(patientKey(practice, 'p-2'))
        /** The readings of these partitions are not folded to the end. */
        let isLagging = (partition: number): boolean => partition === own
        let looks = 0
        const watermark: Views['watermark'] = async (shard) => {
          const reached = await engines.views.watermark(shard)
          if (shard.topic !== 'readings' || !isLagging(shard.partition)) return reached
          looks += 1
          return reached - 1
        }
        await using closings = await startClosings(engines, { time, leaseMs: LEASE_MS, watermark })
        const closing = closings.close(practice)
        await waitFor(() => looks >= 5, { what: 'the closing to look again and again' })
        assert.deepEqual(await evidenceOf(practice), { closings: 0, lines: 0, faults: [] })
        isLagging = (partition) => partition !== own
        const { locked, code } = await closing
        assert.deepEqual([locked, code], [3, undefined])
      })

      test('that only slept locks nothing more when it wakes', async () => {
        const [, , , practice = ''] = practices
        const asleep = Promise.withResolvers<void>()
        let written = 0
        const ledger: Partial<Ledger> = {
          async append(fact) {
            const position = await engines.ledger.append(fact)
            written += 1
            await asleep.promise
            return position
          },
        }
        const said = new Set<string>()
        const leases: Partial<Leases> = {
          async renew(...given) {
            if (written > 0) {
              for (const { note } of given[1]) said.add(note)
              await asleep.promise
            }
            return engines.views.leases.renew(...given)
          },
        }
        await using sleeper = await startClosings(engines, { time, leaseMs: LEASE_MS, ledger, leases })
        const slept = sleeper.close(practice)
        await waitFor(() => written === 100, { what: 'two lines each of fifty patients' })
        await using next = await startClosings(engines, { time, leaseMs: LEASE_MS })
        await sealedBy(practice, next)
        assert.deepEqual(await evidenceOf(practice), { closings: 1, lines: 100, faults: [] })
        asleep.resolve()
        assert.equal((await slept).code, 'CLOSING_UNDER_WAY')
        assert.deepEqual(await evidenceOf(practice), { closings: 1, lines: 100, faults: [] })
        const last = JSON.parse([...said].at(-1)!) as ClosingNote
        assert.equal(last.locked.count, 100, 'what another server need not read again')
        assert.equal((await next.close(practice)).locked, 10)
        assert.deepEqual(await evidenceOf(practice), { closings: 2, lines: 110, faults: [] })
      })
    })
  })
}
