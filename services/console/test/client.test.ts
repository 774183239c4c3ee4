import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { operationSchemas, operations } from '@cufflink/contracts'
import { createClient, Refused } from '@cufflink/contracts/client'
import type { SignedInPerson } from '@cufflink/testkit'
import { Check } from 'typebox/value'
import { admit, at, handClock, MINUTE_MS, physicianOf } from './charts-fixture.ts'
import { enrol, type RunningConsole, startTestConsole, testPassword } from './console-fixture.ts'

const NOW = at('2026-03-17')
const practice = 'riverside'
const params = { practice, patient: 'p-1' }
const month = '2026-03'

let console: RunningConsole
let ada: SignedInPerson
let physician: string
before(async () => {
  console = await startTestConsole({}, { time: handClock(NOW) })
  await enrol(console, practice)
  await admit({ console, practice, patient: 'p-1', since: at('2025-12-01') })
  ada = await console.person(practice, 'ada')
  physician = await physicianOf(console.operator, practice)
})
after(() => console[Symbol.asyncDispose]())

describe('The client, against a console', () => {
  test('asks and is answered in the shapes that the table says', async () => {
    const body = {
      program: 'RPM',
      category: 'data-review',
      from: NOW - 9 * MINUTE_MS,
      until: NOW,
      reason: 'x',
    } as const
    const day = { user: 'ada', month }
    const answers = {
      whoAmI: await ada.call('whoAmI', {}),
      listPractices: await ada.call('listPractices', {}),
      listUsers: await ada.call('listUsers', { params }),
      enterTime: await ada.call('enterTime', { params, body }),
      recordVisit: await ada.call('recordVisit', {
        params,
        body: { visitedAt: NOW, practitioner: physician },
      }),
      registerDevice: await ada.call('registerDevice', { params, body: { device: 'cuff-1', model: 'BPM' } }),
      listEntries: await ada.call('listEntries', { params: { ...params, page: '1' } }),
      listChanges: await ada.call('listChanges', { params: { ...params, page: '1' } }),
      queueVersions: await ada.call('queueVersions', { params }),
      clinicianDays: await ada.call('clinicianDays', { params: { practice, ...day } }),
      countPatients: await ada.call('countPatients', { params }),
      clinicianMonths: await ada.call('clinicianMonths', { params: { practice, month } }),
      forecastCodes: await ada.call('forecastCodes', { params }),
      auditMonth: await ada.call('auditMonth', { params: { practice, month } }),
      explainMonth: await ada.call('explainMonth', { params: { ...params, month } }),
      verifyEvidence: await ada.call('verifyEvidence', { params }),
      closeMonth: await ada.call('closeMonth', { params: { practice, month }, body: {} }),
      exportEvidence: await ada.call('exportEvidence', { params }),
    }
    for (const [name, answer] of Object.entries(answers)) {
      const { answer: schema } = operationSchemas[name as keyof typeof answers]
      // Nothing is exported yet, and no text is nothing.
      assert.ok(Check(schema, answer ?? ''), `${name}: ${JSON.stringify(answer)}`)
    }
    assert.match(answers.explainMonth, /Patient p-1, month 2026-03/)
  })

  test('is refused with a code of the error table', async () => {
    const refusal = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      assert.ok(error instanceof Refused)
      return [error.code, error.status]
    }
    const stranger = createClient({ fetch, base: console.url, commandKey: randomUUID })
    assert.deepEqual(await refusal(stranger.call('whoAmI', {})), ['SIGN_IN_NEEDED', 401])
    assert.deepEqual(await refusal(stranger.call('signIn', { body: { user: 'ada', password: 'x' } })), [
      'SIGN_IN_WRONG',
      401,
    ])
    assert.deepEqual(await refusal(ada.call('listUsers', { params: { practice: 'lakeside' } })), [
      'PRACTICE_NOT_YOURS',
      403,
    ])
    assert.deepEqual(
      await refusal(ada.call('explainMonth', { params: { ...params, patient: 'nobody', month } })),
      ['PATIENT_UNKNOWN', 404],
    )
    const visit = { visitedAt: 1, practitioner: 'x' }
    assert.deepEqual(await refusal(ada.call('recordVisit', { params, body: visit })), [
      'REQUEST_INVALID',
      400,
    ])
  })

  test('repeats a command by its key, and carries out a new one without', async () => {
    const body = { visitedAt: NOW, practitioner: physician }
    const commandKey = randomUUID()
    const first = await ada.call('recordVisit', { params, body, commandKey })
    assert.deepEqual(await ada.call('recordVisit', { params, body, commandKey }), first)
    assert.notDeepEqual(await ada.call('recordVisit', { params, body }), first)
  })

  test('is the person of the cookie, or the operator by the key', async () => {
    assert.equal((await ada.call('whoAmI', {})).user, 'ada')
    const { practices } = await console.operator.call('listPractices', {})
    assert.ok(practices.some(({ id }) => id === practice))
    await assert.rejects(console.operator.call('whoAmI', {}), { code: 'ROLE_MISSING' })
    const stranger = createClient({ fetch, base: console.url, commandKey: randomUUID })
    const session = await stranger.call('signIn', { body: { user: 'ada', password: testPassword } })
    assert.equal(session.practice.id, practice)
  })

  test('of the command line says what to do about a key that is not this console’s, and about a command that there is not', async () => {
    const cufflink = fileURLToPath(new URL('../../../scripts/cufflink.ts', import.meta.url))
    const env = { ...process.env, CUFFLINK_CONSOLE: console.url, CUFFLINK_OPERATOR_KEY: 'another' }
    const refused = (...args: readonly string[]): Promise<{ code: unknown; stderr: string }> =>
      promisify(execFile)(process.execPath, [cufflink, ...args], { env }).then(
        () => assert.fail('it was carried out'),
        (error: { code: unknown; stderr: string }) => error,
      )
    const wrongKey = await refused('practice', 'counts', practice)
    assert.equal(wrongKey.code, 1)
    assert.match(
      wrongKey.stderr,
      /^SIGN_IN_NEEDED: http\S+ does not take this operator key\. Name its own with --key-file/,
    )
    const unknown = await refused('line', 'unlock')
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /^There is no command "line unlock"\./)
  })

  test('has a name for every operation that the console serves', () => {
    assert.deepEqual(Object.keys(operationSchemas).toSorted(), Object.keys(operations).toSorted())
  })
})
