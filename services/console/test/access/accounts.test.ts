import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { openAccounts } from '@cufflink/directory'
import { type Ledger } from '@cufflink/ledger'
import { waitFor } from '@cufflink/testkit'
import {
  type Engines,
  enrol,
  openEngines,
  type RunningConsole,
  refused,
  startConsoleOn,
} from '../console-fixture.ts'

let engines: Engines
let console: RunningConsole
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines)
  await enrol(console, 'riverside')
  await enrol(console, 'lakeside')
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

const body = { name: 'Someone', roles: ['clinician' as const], password: 'a password of the tests' }
const register = (practice: string, user: string, { operator } = console) =>
  operator.call('registerUser', { params: { practice, user }, body })

const registered = (tenant: string, user: string, name: string): FactOf<'user.registered'> => ({
  id: `${tenant}-${user}-${name}`,
  type: 'user.registered',
  v: 1,
  tenant,
  at: Date.now(),
  by: 'service:operator',
  data: { user, name: name, roles: ['clinician'], status: 'active', passwordHash: '$argon2id$none' },
})

/** The accounts of a ledger as someone who starts now reads them, once the registry was compacted. */
async function readAfterCompaction(ledger: Ledger) {
  const compacted: Ledger = {
    ...ledger,
    endOffsets: (topic) => ledger.endOffsets(topic),
    async followAll(topics, follower) {
      return ledger.followAll(topics, {
        ...follower,
        async apply(batch) {
          const last = new Map(batch.records.map((record) => [record.key, record]))
          const records = batch.records.filter((record) => last.get(record.key) === record)
          await follower.apply({ ...batch, records })
          return batch.records.at(-1)!.offset + 1
        },
      })
    },
  }
  const accounts = await openAccounts(compacted, { now: Date.now })
  await accounts.close()
  return accounts
}

describe('A user name', () => {
  test('belongs to one practice: another cannot have it, nor change whose it is', async () => {
    await register('riverside', 'ada')
    await refused(register('lakeside', 'ada'), 'USER_TAKEN')
    await register('riverside', 'ada')
    const { users } = await console.operator.call('listUsers', { params: { practice: 'lakeside' } })
    assert.deepEqual(users, [])
  })

  test('stays with who had it first when two practices take it at the same moment', async () => {
    for (const [tenant, name] of [
      ['riverside', 'First'],
      ['lakeside', 'Second'],
      ['riverside', 'First, renamed'],
    ] as const)
      await engines.ledger.append(registered(tenant, 'bo', name))
    const accounts = await openAccounts(engines.ledger, { now: Date.now })
    assert.equal(accounts.find('bo')?.practice, 'riverside')
    assert.equal(accounts.find('bo')?.name, 'First, renamed')
    assert.deepEqual(accounts.of('lakeside'), [])
    await accounts.close()
  })

  test('of two who ask two consoles at once goes to one, and the other is told', async () => {
    await using other = await startConsoleOn(engines)
    const outcomes = await Promise.allSettled([
      register('riverside', 'cy'),
      register('lakeside', 'cy', other),
    ])
    const failed = outcomes.filter((one) => one.status === 'rejected')
    assert.deepEqual(
      failed.map(({ reason }) => (reason as { code: string }).code),
      ['USER_TAKEN'],
    )
    const winner = outcomes[0].status === 'fulfilled' ? 'riverside' : 'lakeside'
    for (const practice of ['riverside', 'lakeside']) {
      const { users } = await console.operator.call('listUsers', { params: { practice } })
      assert.equal(
        users.some(({ user }) => user === 'cy'),
        practice === winner,
        practice,
      )
    }
    const accounts = await readAfterCompaction(engines.ledger)
    assert.equal(accounts.find('cy')?.practice, winner, 'after the registry was compacted')
  })

  test('is of a person: name, roles and credential, and never a password or its hash', async () => {
    const credential = 'physician'
    await console.operator.call('registerUser', {
      params: { practice: 'riverside', user: 'dee' },
      body: { ...body, credential },
    })
    const answer = await console.call('GET', '/api/practices/riverside/users')
    assert.ok(!JSON.stringify(answer.body).includes('argon2'))
    const { users } = answer.body as { users: { user: string }[] }
    assert.deepEqual(
      users.find(({ user }) => user === 'dee'),
      { user: 'dee', name: 'Someone', roles: ['clinician'], credential, status: 'active' },
    )
  })

  test('keeps the credential that is not said again, as when only the password is another', async () => {
    const params = { practice: 'riverside', user: 'fay' }
    await console.operator.call('registerUser', { params, body: { ...body, credential: 'physician' } })
    await console.operator.call('registerUser', { params, body: { ...body, password: 'another password' } })
    const { users } = await console.operator.call('listUsers', { params: { practice: 'riverside' } })
    assert.equal(users.find(({ user }) => user === 'fay')?.credential, 'physician')
    const facts = await console.facts('activity', 'riverside')
    assert.ok(!facts.some((fact) => fact.type === 'credential.changed' && fact.data.user === 'fay'))
  })

  test('of someone new needs a password, a practice that is there and a credential that the rules know', async () => {
    const { call } = console.operator
    const params = { practice: 'riverside', user: 'eve' }
    const { password: _, ...without } = body
    await refused(call('registerUser', { params, body: without }), 'PASSWORD_NEEDED')
    await refused(
      call('registerUser', { params, body: { ...body, credential: 'wizard' } }),
      'CREDENTIAL_UNKNOWN',
    )
    await refused(
      call('registerUser', { params: { ...params, practice: 'nowhere' }, body }),
      'PRACTICE_UNKNOWN',
    )
    for (const wrong of [
      { roles: [] },
      { roles: ['owner'] },
      { roles: ['ops', 'ops'] },
      { password: 'short' },
    ])
      await refused(call('registerUser', { params, body: { ...body, ...wrong } as never }), 'REQUEST_INVALID')
    assert.deepEqual(await console.facts('registry', 'user/eve'), [])
  })
})

describe('An account that was disabled while the clock was ahead', () => {
  const YEAR_MS = 365 * 86_400_000
  const NOW = Date.UTC(2026, 9, 14)

  test('is disabled from when that was seen, not a year later, until it is enabled again', async () => {
    const hand = { now: NOW }
    const clock = { now: () => hand.now }
    const account = (status: 'active' | 'disabled', at: number): FactOf<'user.registered'> => {
      const fact = registered('riverside', 'eve', `${status} ${at}`)
      return { ...fact, at, data: { ...fact.data, status } }
    }
    await engines.ledger.append(account('active', NOW - YEAR_MS))
    const accounts = await openAccounts(engines.ledger, clock)
    await engines.ledger.append(account('disabled', NOW + YEAR_MS))
    await waitFor(() => accounts.find('eve')?.status === 'disabled', { what: 'the change' })
    assert.deepEqual(
      [NOW - 1, NOW, NOW + 1].map((at) => accounts.wasDisabled('eve', at)),
      [false, true, true],
    )
    await accounts.close()

    hand.now = NOW + 60_000
    await engines.ledger.append(account('active', hand.now))
    hand.now += 60_000
    // One that starts later knows no more than the order in which they were written.
    const later = await openAccounts(engines.ledger, clock)
    assert.equal(later.wasDisabled('eve', hand.now), false)
    await later.close()
  })
})
