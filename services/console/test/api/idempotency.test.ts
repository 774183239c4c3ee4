import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { SignedInPerson } from '@cufflink/testkit'
import { createIdempotency } from '../../src/api/idempotency.ts'
import {
  type Engines,
  enrol,
  openEngines,
  type RunningConsole,
  refused,
  startConsoleOn,
} from '../console-fixture.ts'

const MINUTE_MS = 60_000
const params = { practice: 'riverside', patient: 'p-1' }
const key = 'riverside/p-1'

let engines: Engines
let console: RunningConsole
let ada: SignedInPerson
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines)
  await enrol(console, 'riverside', 'p-1', 'p-2')
  ada = await console.person('riverside', 'ada')
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

const consent = { mode: 'verbal', costShareExplained: true } as const
const consents = async () =>
  (await console.facts('activity', key)).filter(({ type }) => type === 'consent.recorded')
let minutesAgo = 1_000
/** Ten minutes that no one has used yet. */
const stretch = () => {
  minutesAgo -= 20
  const from = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - minutesAgo * MINUTE_MS
  return {
    program: 'RPM',
    category: 'data-review',
    from,
    until: from + 10 * MINUTE_MS,
    reason: 'test',
  } as const
}

describe('A command with an Idempotency-Key', () => {
  test('that is repeated gives the same answer and one fact', async () => {
    const input = { params, body: stretch(), commandKey: randomUUID() }
    const first = await ada.call('enterTime', input)
    assert.deepEqual(await ada.call('enterTime', input), first)
    const entered = (await console.facts('activity', key)).filter(({ type }) => type === 'time.entered')
    assert.equal(entered.length, 1)
  })

  test('that is repeated while the first is under way gives the same answer and one fact', async () => {
    const before = (await consents()).length
    const commandKey = randomUUID()
    await Promise.all(
      Array.from({ length: 20 }, () => ada.call('recordConsent', { params, body: consent, commandKey })),
    )
    assert.equal((await consents()).length, before + 1)
    const device = { device: 'cuff-once', model: 'BPM' }
    const secrets = await Promise.all(
      Array.from({ length: 5 }, () => ada.call('registerDevice', { params, body: device, commandKey })),
    )
    assert.equal(new Set(secrets.map(({ secret }) => secret)).size, 1)
  })

  test('that was used for another body is refused, and nothing is saved', async () => {
    const before = (await consents()).length
    const commandKey = randomUUID()
    await ada.call('recordConsent', { params, body: consent, commandKey })
    const other = { ...consent, mode: 'written' } as const
    await refused(ada.call('recordConsent', { params, body: other, commandKey }), 'IDEMPOTENCY_MISMATCH')
    assert.equal((await consents()).length, before + 1)
  })

  test('is another command from another person, on another patient, of another operation', async () => {
    const before = (await consents()).length
    const commandKey = randomUUID()
    const bo = await console.person('riverside', 'bo')
    await Promise.all([
      ada.call('recordConsent', { params, body: consent, commandKey }),
      bo.call('recordConsent', { params, body: { ...consent, mode: 'written' }, commandKey }),
      ada.call('recordConsent', { params: { ...params, patient: 'p-2' }, body: consent, commandKey }),
      ada.call('movePatient', { params, body: { zone: 'America/Chicago' }, commandKey }),
    ])
    assert.equal((await consents()).length, before + 2)
  })

  test('that is repeated at another console, as after a restart, is the same fact, which counts once', async () => {
    const [commandKey, body] = [randomUUID(), stretch()]
    const first = await ada.call('enterTime', { params, body, commandKey })
    await ada.call('recordConsent', { params, body: consent, commandKey })
    const device = await ada.call('registerDevice', {
      params,
      body: { device: 'cuff-again', model: 'BPM' },
      commandKey,
    })
    await using other = await startConsoleOn(engines)
    const there = await other.person('riverside', 'ada')
    assert.deepEqual(await there.call('enterTime', { params, body, commandKey }), first)
    await there.call('recordConsent', { params, body: consent, commandKey })
    const again = { params, body: { device: 'cuff-again', model: 'BPM' }, commandKey }
    assert.deepEqual(await there.call('registerDevice', again), device)

    const ids = (await consents()).map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length - 1, 'the consent was written twice, under one id')
    const entered = (await console.facts('activity', key)).filter(
      (fact) => fact.type === 'time.entered' && fact.data.session === first.session,
    )
    assert.equal(entered.length, 1)
  })

  test('that failed can be repeated', async () => {
    const [commandKey, body] = [randomUUID(), stretch()]
    const input = { params: { ...params, patient: 'p-later' }, body, commandKey }
    await refused(ada.call('enterTime', input), 'PATIENT_UNKNOWN')
    await enrol(console, 'riverside', 'p-later')
    const { status } = await ada.call('enterTime', input)
    assert.equal(status, 'counted')
  })

  test('of no or too many characters is refused', async () => {
    for (const given of ['', 'x'.repeat(129)]) {
      const headers = { cookie: ada.cookie, 'idempotency-key': given }
      const answer = await console.call(
        'POST',
        '/api/practices/riverside/patients/p-1/consents',
        consent,
        headers,
      )
      assert.equal(answer.status, 400)
    }
  })

  test('left out is a new command each time', async () => {
    const before = (await consents()).length
    const headers = { cookie: ada.cookie }
    for (let round = 0; round < 2; round += 1)
      await console.call('POST', '/api/practices/riverside/patients/p-1/consents', consent, headers)
    assert.equal((await consents()).length, before + 2)
  })
})

describe('What is remembered of commands', () => {
  test('has a bound: the oldest go first', async () => {
    const { once } = createIdempotency()
    const command = (index: number) => ({ caller: 'ada', about: 'x', key: `k-${index}`, body: {} })
    let carriedOut = 0
    const act = async () => (carriedOut += 1)
    for (let index = 0; index <= 10_000; index += 1) await once(command(index), act)
    assert.equal(carriedOut, 10_001)
    assert.equal(await once(command(10_000), act), 10_001)
    assert.equal(await once(command(0), act), 10_002)
  })
})
