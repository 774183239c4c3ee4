import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DeviceSecret } from '@cufflink/contracts'
import { enrol, type RunningConsole, startTestConsole } from '../console-fixture.ts'

const NEW_YORK = { name: 'Riverside', zone: 'America/New_York' }
const ENROLLED = 1_764_000_000_000

let console: RunningConsole
before(async () => {
  console = await startTestConsole()
  await enrol(console, 'riverside', 'p-1', 'p-2')
  await enrol(console, 'lakeside', 'p-3')
})
after(() => console[Symbol.asyncDispose]())

const register = (device: string, patient?: string) =>
  console.call('POST', '/api/practices/riverside/devices', { device, model: 'BPM', patient })

const assign = (device: string, body: object, practice = 'riverside') =>
  console.call('PUT', `/api/practices/${practice}/devices/${device}/patient`, body)

/** The record of a device as the ledger has it last. */
async function recordOf(device: string) {
  const fact = (await console.facts('registry', device)).at(-1)
  assert.equal(fact?.type, 'device.registered')
  return { tenant: fact.tenant, ...fact.data }
}

async function refused(answer: ReturnType<RunningConsole['call']>, status: number, code: string) {
  const { status: given, body } = await answer
  assert.deepEqual([given, (body as { code: string }).code], [status, code])
}

describe('A command', () => {
  test('is found by the next one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const practice = `round-${round}`
      const path = `/api/practices/${practice}`
      assert.equal((await console.call('PUT', path, NEW_YORK)).status, 200)
      assert.equal((await console.call('PUT', `${path}/patients/p`, NEW_YORK)).status, 204)
      const added = await console.call('POST', `${path}/devices`, { device: practice, model: 'BPM' })
      assert.equal(added.status, 201)
      assert.equal((await assign(practice, { patient: 'p' }, practice)).status, 204)
      assert.equal((await console.call('DELETE', `${path}/devices/${practice}`)).status, 204)
      assert.equal((await recordOf(practice)).status, 'revoked')
    }
  })

  test('of a wrong shape is refused, and nothing is saved', async () => {
    const path = '/api/practices/wrong'
    for (const body of [
      {},
      { name: 'No zone' },
      { ...NEW_YORK, name: '' },
      { ...NEW_YORK, name: 'x'.repeat(121) },
      { ...NEW_YORK, zone: 7 },
      { ...NEW_YORK, more: true },
      [],
      '{"name":',
      'null',
    ])
      await refused(console.call('PUT', path, body), 400, 'REQUEST_INVALID')
    for (const name of ['UPPER', 'a_b', '-a', 'a'.repeat(64), 'a%20b'])
      await refused(console.call('PUT', `/api/practices/${name}`, NEW_YORK), 400, 'REQUEST_INVALID')
    for (const enrolledAt of ['2026-01-01', 0.5, -1, 9e15, null])
      await refused(
        console.call('PUT', '/api/practices/riverside/patients/p-1', { ...NEW_YORK, enrolledAt }),
        400,
        'REQUEST_INVALID',
      )
    for (const device of ['', 'a b', '-a', 'x'.repeat(65)])
      await refused(register(device), 400, 'REQUEST_INVALID')
    await refused(assign('cuff', { patient: 'p-1', from: 'now' }), 400, 'REQUEST_INVALID')
    assert.deepEqual(await console.facts('activity', 'wrong'), [])
  })

  test('with a zone that is not in the IANA database is refused', async () => {
    for (const zone of ['Mars/Olympus', 'America', 'EST6', '+05', '-0500']) {
      await refused(console.call('PUT', '/api/practices/wrong', { ...NEW_YORK, zone }), 400, 'ZONE_UNKNOWN')
      await refused(
        console.call('PUT', '/api/practices/riverside/patients/p-9', { ...NEW_YORK, zone }),
        400,
        'ZONE_UNKNOWN',
      )
    }
  })

  test('on a practice, patient or device that is not there is refused', async () => {
    await refused(
      console.call('PUT', '/api/practices/nowhere/patients/p-1', NEW_YORK),
      404,
      'PRACTICE_UNKNOWN',
    )
    const device = { device: 'cuff-nowhere', model: 'BPM' }
    await refused(console.call('POST', '/api/practices/nowhere/devices', device), 404, 'PRACTICE_UNKNOWN')
    await refused(register('cuff-nobody', 'p-9'), 404, 'PATIENT_UNKNOWN')
    await refused(assign('cuff-missing', { patient: 'p-1' }), 404, 'DEVICE_UNKNOWN')
    await refused(
      console.call('DELETE', '/api/practices/riverside/devices/cuff-missing'),
      404,
      'DEVICE_UNKNOWN',
    )
    await register('cuff-there')
    await refused(assign('cuff-there', { patient: 'p-9' }), 404, 'PATIENT_UNKNOWN')
  })

  test("reaches no other practice's patients and devices", async () => {
    await register('cuff-ours', 'p-1')
    await refused(register('cuff-theirs', 'p-3'), 404, 'PATIENT_UNKNOWN')
    await refused(assign('cuff-ours', { patient: 'p-3' }), 404, 'PATIENT_UNKNOWN')
    await refused(assign('cuff-ours', { patient: 'p-3' }, 'lakeside'), 404, 'DEVICE_UNKNOWN')
    await refused(console.call('DELETE', '/api/practices/lakeside/devices/cuff-ours'), 404, 'DEVICE_UNKNOWN')
    assert.equal((await recordOf('cuff-ours')).status, 'active')
  })
})

describe('Enrolling', () => {
  const path = '/api/practices/riverside/patients/p-late'
  /** What the last enrolment says; it was made from the one before. */
  const enrolled = async () => {
    const [before, last] = (await console.facts('activity', 'riverside/p-late')).slice(-2)
    const { replaces, ...said } = last!.data as { replaces?: string }
    assert.equal(replaces, before!.id)
    return said
  }

  test('again corrects the name and the zone and leaves the beginning as it was', async () => {
    await console.call('PUT', path, { ...NEW_YORK, enrolledAt: ENROLLED })
    await console.call('PUT', path, { name: 'Ada Example', zone: 'America/Chicago' })
    assert.deepEqual(await enrolled(), {
      patient: 'p-late',
      name: 'Ada Example',
      zone: 'America/Chicago',
      enrolledAt: ENROLLED,
      programs: ['RPM'],
      established: true,
    })
  })

  test('again with another beginning corrects that too', async () => {
    await console.call('PUT', path, { ...NEW_YORK, enrolledAt: ENROLLED + 1 })
    assert.deepEqual(await enrolled(), {
      patient: 'p-late',
      ...NEW_YORK,
      enrolledAt: ENROLLED + 1,
      programs: ['RPM'],
      established: true,
    })
  })
})

describe('Registering a device', () => {
  test('shows its secret once and keeps its digest alone', async () => {
    const { status, body } = await register('cuff-secret', 'p-1')
    assert.equal(status, 201)
    const { secret } = body as DeviceSecret
    assert.equal(Buffer.from(secret, 'base64url').length, 32)
    const written = JSON.stringify(await recordOf('cuff-secret'))
    assert.ok(!written.includes(secret))
    assert.match(written, /"secretDigest":"[0-9a-f]{64}"/)
  })

  test('of a taken name is refused, in another practice too, and the device stays as it was', async () => {
    await register('cuff-taken', 'p-1')
    const before = await recordOf('cuff-taken')
    await refused(register('cuff-taken', 'p-2'), 409, 'DEVICE_TAKEN')
    const body = { device: 'cuff-taken', model: 'BPM' }
    await refused(console.call('POST', '/api/practices/lakeside/devices', body), 409, 'DEVICE_TAKEN')
    assert.deepEqual(await recordOf('cuff-taken'), before)
  })

  test('keeps who had it when it is given on', async () => {
    await register('cuff-on')
    await assign('cuff-on', { patient: 'p-1', from: ENROLLED })
    await assign('cuff-on', { patient: 'p-2', from: ENROLLED + 5, move: true })
    assert.deepEqual((await recordOf('cuff-on')).assignments, [
      { patient: 'p-1', from: ENROLLED, to: ENROLLED + 5 },
      { patient: 'p-2', from: ENROLLED + 5 },
    ])
  })
})

describe('A page of another site', () => {
  test('cannot command, while our own and programs can', async () => {
    const path = '/api/practices/origins'
    for (const origin of [
      'https://elsewhere.example',
      'null',
      'http://127.0.0.1:1',
      console.url.replace('127.0.0.1', 'localhost'),
    ])
      await refused(console.call('PUT', path, NEW_YORK, { origin }), 403, 'ORIGIN_REFUSED')
    assert.deepEqual(await console.facts('activity', 'origins'), [])
    assert.equal((await console.call('PUT', path, NEW_YORK, { origin: console.url })).status, 200)
    assert.equal((await console.call('PUT', path, NEW_YORK)).status, 200)
  })
})
