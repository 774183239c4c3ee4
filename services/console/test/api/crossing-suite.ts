import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Chart, contentOf, type FactOf, type FactType, withoutLostRecords } from '@cufflink/contracts'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { localDate } from '@cufflink/folds'
import { type Ledger } from '@cufflink/ledger'
import { overlaid, type SignedInPerson, waitFor } from '@cufflink/testkit'
import { chartOf, HOUR_MS, MINUTE_MS } from '../charts-fixture.ts'
import { furnish, nurseOf } from '../closing/closing-fixture.ts'
import {
  type Engines,
  enrol,
  type RunningConsole,
  refused,
  startConsoleOn,
  testPassword,
} from '../console-fixture.ts'

/** A ledger on which the next two records of a type are both decided before either is written. */
function crossable(ledger: Ledger) {
  let armed: FactType | undefined
  let waiting: (() => void)[] = []
  function release(): void {
    for (const go of waiting) go()
    waiting = []
  }
  const crossing = overlaid(ledger, {
    async append(fact) {
      if (fact.type === armed) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        if (waiting.length === 2) {
          armed = undefined
          release()
        }
        await promise
      }
      return ledger.append(fact)
    },
  })
  return {
    ledger: crossing,
    cross(type: FactType) {
      armed = type
    },
    /** Lets one go whose other never came: a test that failed must not wait for it. */
    release,
  }
}

/** The ledger as a compacted topic would hand it to someone who starts now. */
const compacted = (ledger: Ledger): Ledger =>
  overlaid(ledger, {
    followAll: (topics, follower) =>
      ledger.followAll(topics, {
        ...follower,
        async apply(batch) {
          const last = new Map(batch.records.map((record) => [record.key, record]))
          const records = batch.records.filter((record) => last.get(record.key) === record)
          await follower.apply({ ...batch, records })
          return batch.records.at(-1)!.offset + 1
        },
      }),
  })

/** A ledger whose registry is heard of late: not before `hear`. */
function heardLate(ledger: Ledger) {
  let heard = Promise.withResolvers<void>()
  heard.resolve()
  const late = overlaid(ledger, {
    followAll: (topics, follower) =>
      ledger.followAll(topics, {
        ...follower,
        async apply(batch) {
          if (batch.topic === 'registry') await heard.promise
          return follower.apply(batch)
        },
      }),
  })
  return {
    ledger: late,
    deafen() {
      heard = Promise.withResolvers<void>()
    },
    hear: () => heard.resolve(),
  }
}

/** Two consoles that change one record at the same moment, on any engines `open` gives. */
export function crossingSuite(name: string, open: () => Promise<Engines>): void {
  describe(`${name}: changes of one record that cross on two consoles`, () => {
    let engines: Engines
    let one: RunningConsole
    let other: RunningConsole
    let cross: (type: FactType) => void
    let release: () => void
    before(async () => {
      engines = await open()
      const crossed = crossable(engines.ledger)
      ;({ cross, release } = crossed)
      one = await startConsoleOn(engines, { ledger: crossed.ledger })
      other = await startConsoleOn(engines, { ledger: crossed.ledger })
      await enrol(one, 'riverside', 'p-1', 'p-2')
      await enrol(one, 'lakeside', 'p-9')
    })
    after(async () => {
      release()
      await other[Symbol.asyncDispose]()
      await one[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    const registerDevice = (
      { operator }: RunningConsole,
      practice: string,
      device: string,
      patient: string,
    ) => operator.call('registerDevice', { params: { practice }, body: { device, model: 'BPM', patient } })

    /** The device as someone reads it who starts now, also after a compaction. */
    async function devices(device: string) {
      const read = [await openRegistry(engines.ledger), await openRegistry(compacted(engines.ledger))]
      const found = read.map((registry) => registry.find(device))
      for (const registry of read) await registry.close()
      assert.deepEqual(found[0], found[1])
      return found[0]!
    }

    test('a device that is revoked stays so while it is given to another patient', async () => {
      for (let round = 0; round < 4; round += 1) {
        const params = { practice: 'riverside', device: `cuff-${round}` }
        await registerDevice(one, 'riverside', params.device, 'p-1')
        cross('device.registered')
        const assign = () =>
          one.operator.call('assignDevice', { params, body: { patient: 'p-2', move: true } })
        const revoke = () => other.operator.call('revokeDevice', { params })
        await Promise.all(round % 2 === 0 ? [assign(), revoke()] : [revoke(), assign()])
        const { status, assignments } = await devices(params.device)
        assert.deepEqual([status, assignments.at(-1)?.patient], ['revoked', 'p-2'])
      }
    })

    /** What holds of a record, as the rules and an older reader of the whole ledger find it. */
    async function holding(key: string, type: FactType) {
      const written = (await one.facts('activity', key)).map((fact, offset) => ({ fact, offset }))
      const last = withoutLostRecords(written).findLast(({ fact }) => fact.type === type)
      return contentOf(last!.fact.data)
    }

    test('an enrolment keeps what two people correct of it at once', async () => {
      const params = { practice: 'riverside', patient: 'p-1' }
      for (let round = 0; round < 3; round += 1) {
        const [condition, payer] = [`condition-${round}`, `payer-${round}`]
        cross('patient.enrolled')
        await Promise.all([
          one.operator.call('enrolPatient', { params, body: { condition, zone: 'America/Chicago' } }),
          other.operator.call('enrolPatient', { params, body: { payer, name: `Name ${round}` } }),
        ])
        const { enrolledAt: _, ...said } = (await holding('riverside/p-1', 'patient.enrolled')) as {
          enrolledAt: number
        }
        assert.deepEqual(said, {
          patient: 'p-1',
          name: `Name ${round}`,
          zone: 'America/Chicago',
          programs: ['RPM'],
          condition,
          payer,
          established: true,
        })
      }
      const ada = await one.person('riverside', 'reader')
      const { file, row } = await chartOf(ada, { ...params, month: '2026-03' })
      assert.deepEqual(
        [row.name, row.zone, file.condition, file.payer],
        ['Name 2', 'America/Chicago', 'condition-2', 'payer-2'],
      )
    })

    test('a practice keeps what two administrators correct of it, or of how it works, at once', async () => {
      const params = { practice: 'riverside' }
      cross('practice.opened')
      await Promise.all([
        one.operator.call('openPractice', { params, body: { name: 'Riverside Heart' } }),
        other.operator.call('openPractice', { params, body: { zone: 'America/Chicago' } }),
      ])
      assert.deepEqual(await holding('riverside', 'practice.opened'), {
        name: 'Riverside Heart',
        zone: 'America/Chicago',
      })
      cross('practice.configured')
      await Promise.all([
        one.operator.call('configurePractice', { params, body: { approveEntries: true } }),
        other.operator.call('configurePractice', { params, body: { entryBackDays: 7 } }),
      ])
      assert.deepEqual(await holding('riverside', 'practice.configured'), {
        timerStart: 'automatic',
        startDelayS: 0,
        entryBackDays: 7,
        approveEntries: true,
      })
      const ada = await one.person('riverside', 'reader')
      const { practice } = await chartOf(ada, { ...params, patient: 'p-1', month: '2026-03' })
      assert.deepEqual(
        [practice.name, practice.zone, practice.settings.approveEntries, practice.settings.entryBackDays],
        ['Riverside Heart', 'America/Chicago', true, 7],
      )
    })

    test('a correction that is repeated at another console undoes nothing that came after it', async () => {
      const params = { practice: 'riverside', patient: 'p-2' }
      const repeated = (console: RunningConsole) =>
        console.call(
          'PUT',
          '/api/practices/riverside/patients/p-2',
          { payer: 'acme' },
          { 'idempotency-key': 'k-1' },
        )
      // It loses the first round to the other.
      cross('patient.enrolled')
      await Promise.all([
        repeated(one),
        other.operator.call('enrolPatient', { params, body: { condition: 'hypertension' } }),
      ])
      await one.operator.call('enrolPatient', { params, body: { payer: 'other' } })
      assert.equal((await repeated(other)).status, 204)
      const { payer, condition } = (await holding('riverside/p-2', 'patient.enrolled')) as {
        payer?: string
        condition?: string
      }
      assert.deepEqual([payer, condition], ['other', 'hypertension'])
    })

    test('a new patient, and a new practice, needs a name and a zone', async () => {
      const body = { name: 'New' }
      const nobody = { practice: 'riverside', patient: 'p-new' }
      await refused(one.operator.call('enrolPatient', { params: nobody, body }), 'REQUEST_INVALID')
      await refused(
        one.operator.call('openPractice', { params: { practice: 'new' }, body }),
        'REQUEST_INVALID',
      )
    })

    test('of two decisions about the same held units one stands, and who made the other is told', async () => {
      const [practice, patient] = ['riverside', 'p-held']
      await furnish(engines, one, [{ practice, patient, seconds: 7_300 }])
      const [here, there] = await Promise.all([
        one.person(practice, nurseOf(practice), 'biller', 'clinician'),
        other.person(practice, 'biller-there', 'biller'),
      ])
      const line = { code: '99458', from: '2026-03-01', to: '2026-03-31', units: 2 }
      const decide = (person: SignedInPerson, decision: 'released' | 'dismissed') =>
        person.call('decideHeld', {
          params: { practice, patient },
          body: { ...line, decision, reason: 'seen in the record' },
        })
      cross('claim.decided')
      const both = await Promise.allSettled([decide(here, 'released'), decide(there, 'dismissed')])
      const lost = both.filter((each) => each.status === 'rejected')
      assert.deepEqual(
        lost.map(({ reason }) => (reason as { code: string }).code),
        ['VERSION_CONFLICT'],
      )
      const written = (await one.facts('activity', `${practice}/${patient}`)).filter(
        ({ type }) => type === 'claim.decided',
      )
      assert.equal(written.length, 2)
      await refused(decide(here, 'released'), 'LINE_NOT_HELD')
      await here.call('decideHeld', {
        params: { practice, patient },
        body: { ...line, decision: 'reopened', units: 0, reason: 'once more' },
      })
      await decide(there, 'released')
    })

    test('of an approval and a refusal of one entry the first on the ledger stands, and who made the other is told', async () => {
      const [practice, patient, session] = ['riverside', 'p-entry', 's-entry']
      await furnish(engines, one, [{ practice, patient, seconds: 0 }])
      const [here, there] = await Promise.all([
        one.person(practice, 'head-here', 'administrator'),
        other.person(practice, 'head-there', 'administrator'),
      ])
      const startedAt = Date.now() - 3 * 3_600_000
      await engines.ledger.append({
        id: 'proposed-entry',
        type: 'entry.proposed',
        v: 1,
        tenant: practice,
        at: Date.now(),
        by: 'user:somebody',
        data: {
          patient,
          clinician: 'somebody',
          session,
          startedAt,
          until: startedAt + 600_000,
          program: 'RPM',
          category: 'data-review',
          reason: 'invented',
        },
      })
      const decide = (person: SignedInPerson, decision: 'approved' | 'declined') =>
        person.call('decideEntry', {
          params: { practice, patient, session },
          body: { startedAt, decision, ...(decision === 'declined' && { reason: 'not so' }) },
        })
      const listed = async () => (await here.call('listEntries', { params: { practice, page: '1' } })).entries
      await waitFor(async () => (await listed()).length === 1, { what: 'the entry' })
      cross('entry.decided')
      const both = await Promise.allSettled([decide(here, 'approved'), decide(there, 'declined')])
      const lost = both.filter((each) => each.status === 'rejected')
      assert.deepEqual(
        lost.map(({ reason }) => (reason as { code: string }).code),
        ['TIME_DECIDED'],
      )
      const written = await one.facts('activity', `${practice}/${patient}`)
      const [first] = written.flatMap((fact) => (fact.type === 'entry.decided' ? [fact.data.decision] : []))
      const entered = written.filter(({ type }) => type === 'time.entered')
      assert.equal(entered.length, first === 'approved' ? 1 : 0)
      assert.deepEqual(await listed(), [])
      await refused(decide(here, first === 'approved' ? 'declined' : 'approved'), 'TIME_DECIDED')
    })

    test('of two corrections of one stretch, and of one note, the first on the ledger stands, and who made the other is told', async () => {
      const params = { practice: 'lakeside', patient: 'p-9' }
      const here = await one.person('lakeside', 'cora', 'clinician')
      const there = await other.person('lakeside', 'chief', 'administrator')
      const again = await other.person('lakeside', 'cora', 'clinician')
      const from = Date.now() - 3 * HOUR_MS
      const kind = { program: 'RPM', category: 'data-review', reason: 'invented' } as const
      const until = from + 10 * MINUTE_MS
      const { session } = await here.call('enterTime', { params, body: { ...kind, from, until } })
      const texts = { dataReviewed: 'x', assessment: 'x', decision: 'x', nextStep: 'x' }
      const written = { category: 'data-review', readings: [], ...texts }
      const { note, notedAt } = await here.call('writeNote', { params, body: { ...written, notedAt: from } })
      const [practice] = (await here.call('listPractices', {})).practices
      const month = localDate(from, practice!.zone).slice(0, 7)
      const chart = (fits?: (chart: Chart) => unknown) => chartOf(here, { ...params, month }, fits)
      const { sessions, notes } = await chart((read) => read.sessions.length > 0 && read.notes.length > 0)
      const versions = { time: sessions[0]!.version, note: notes[0]!.version }

      const amend = (person: SignedInPerson, minutes: number) => {
        const stretch = { ...kind, from, until: from + minutes * MINUTE_MS }
        const body = { ...stretch, startedAt: from, clinician: 'cora', version: versions.time }
        return person.call('amendTime', { params: { ...params, session }, body })
      }
      const rewrite = (person: SignedInPerson, assessment: string) => {
        const body = { ...written, assessment, notedAt, version: versions.note, reason: 'clearer' }
        return person.call('amendNote', { params: { ...params, note }, body })
      }
      /** Carries out both, and tells the ledger's first fact of the type. */
      const crossed = async <Type extends FactType>(type: Type, both: () => readonly Promise<unknown>[]) => {
        cross(type)
        const outcomes = await Promise.allSettled(both())
        const codes = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
        assert.deepEqual(codes, ['VERSION_CONFLICT'])
        const facts = await one.facts('activity', 'lakeside/p-9')
        return facts.find((fact): fact is FactOf<Type> => fact.type === type)!.data as FactOf<Type>['data']
      }
      const time = await crossed('time.amended', () => [amend(here, 4), amend(there, 5)])
      const amended = await chart((read) => read.sessions[0]?.amendments === 1)
      assert.equal(amended.sessions[0]!.end, time.until)
      const text = await crossed('note.amended', () => [rewrite(here, 'Better.'), rewrite(again, 'Worse.')])
      const reads = await chart((read) => read.notes[0]?.amendments === 1)
      assert.equal(reads.notes[0]!.assessment, text.assessment)
    })

    test('a device that another console has just registered is known to the one that is asked about it next', async () => {
      const { ledger, deafen, hear } = heardLate(engines.ledger)
      await using third = await startConsoleOn(engines, { ledger })
      deafen()
      try {
        await registerDevice(one, 'riverside', 'new-cuff', 'p-1')
        const revoked = third.operator.call('revokeDevice', {
          params: { practice: 'riverside', device: 'new-cuff' },
        })
        let answered = false
        void revoked.catch(() => undefined).finally(() => (answered = true))
        // Long enough for a refusal to have come.
        for (let asked = 0; asked < 3; asked += 1) await third.operator.call('listPractices', {})
        assert.equal(answered, false)
        hear()
        await revoked
        assert.equal((await devices('new-cuff')).status, 'revoked')
      } finally {
        hear()
      }
      const params = { practice: 'riverside', device: 'never-registered' }
      await assert.rejects(third.operator.call('revokeDevice', { params }), { code: 'DEVICE_UNKNOWN' })
    })

    test('a person who is disabled stays so while their password is changed', async () => {
      const params = { practice: 'riverside', user: 'ada' }
      const ada = await one.person('riverside', 'ada')
      cross('user.registered')
      const body = { name: 'Ada', roles: ['clinician' as const], status: 'disabled' as const }
      const [changed, disabled] = await Promise.allSettled([
        ada.call('changePassword', { body: { current: testPassword, next: 'another password' } }),
        other.operator.call('registerUser', { params, body }),
      ])
      assert.equal(disabled.status, 'fulfilled')
      assert.ok(
        changed.status === 'fulfilled' || (changed.reason as { code: string }).code === 'SIGN_IN_NEEDED',
      )
      for (const ledger of [engines.ledger, compacted(engines.ledger)]) {
        const accounts = await openAccounts(ledger, { now: Date.now })
        assert.equal(accounts.find('ada')?.status, 'disabled')
        await accounts.close()
      }
    })

    test('a device that two practices register belongs to one, and the other is told', async () => {
      cross('device.registered')
      const outcomes = await Promise.allSettled([
        registerDevice(one, 'riverside', 'scale', 'p-1'),
        registerDevice(other, 'lakeside', 'scale', 'p-9'),
      ])
      const codes = outcomes.map((each) => (each as { reason?: { code: string } }).reason?.code)
      assert.deepEqual(codes.toSorted(), ['DEVICE_TAKEN', undefined])
      const practice = codes[0] === undefined ? 'riverside' : 'lakeside'
      assert.equal((await devices('scale')).tenant, practice)
    })
  })
}
