import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { connectDevice, pahoPython, signUp, waitFor } from '@cufflink/testkit'
import { engineSets } from './harness/engine-sets.ts'
import {
  bloodPressure,
  cufflink,
  enrolPatient,
  firstReadingCounts,
  localInstant,
  openPractice,
  ZONE,
} from './harness/practice.ts'
import { runToEnd } from './harness/program.ts'

const MINUTE_MS = 60_000

type Tally = Readonly<Record<string, string>>
type Counts = Readonly<Record<string, number>>
type Compared = {
  readonly found: Tally
  readonly expected: Tally
  readonly counts: Counts
  readonly expectedCounts: Counts
  readonly month: Tally
  readonly expectedMonth: Tally
}

engineSets('A tally, read by a program in Python that knows docs/tallies.md alone', (system) => {
  test('says what the program counts from what was sent', async () => {
    const { consoleUrl, mqttUrl, tallySource } = system()
    const [practice, patient] = ['tallies', 'p-1']
    await openPractice(consoleUrl, practice)
    const credentials = await enrolPatient(consoleUrl, { practice, patient })
    const clinician = 'tallies-nurse'
    const nurse = await signUp({ consoleUrl, practice, user: clinician, roles: ['clinician'] })

    const readings = [localInstant(9, '23:59'), localInstant(8, '00:01'), localInstant(8), localInstant(2)]
    const until = Math.floor(Date.now() / 1_000) * 1_000 - 20 * MINUTE_MS
    const stretches = [
      [until - 9 * MINUTE_MS, until - 4 * MINUTE_MS],
      [until - 4 * MINUTE_MS, until],
    ] as const
    const compare = async (): Promise<Compared> => {
      const sent = { practice, patient, clinician, zone: ZONE, readings, stretches }
      const args = ['tests/e2e/tallies.py', ...tallySource, JSON.stringify(sent)]
      const { code, out, err } = await runToEnd(pahoPython(), args)
      assert.equal(code, 0, err)
      return JSON.parse(out) as Compared
    }

    await firstReadingCounts(mqttUrl, credentials, {
      measuredAt: readings[0]!,
      counts: async () => (await compare()).found['dataDays'] === '1',
    })
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    for (const measuredAt of [...readings, readings[1]!]) await device.publish(bloodPressure(measuredAt))
    for (const [from, to] of stretches)
      await nurse.call('enterTime', {
        params: { practice, patient },
        body: { program: 'RPM', category: 'data-review', from, until: to, reason: 'invented' },
      })

    let last: Compared | undefined
    const same = async (): Promise<boolean> => {
      last = await compare()
      const { found, expected, counts, expectedCounts, month, expectedMonth } = last
      const sameTally = Object.entries(expected).every(([field, value]) => found[field] === value)
      const sameMonth = Object.entries(expectedMonth).every(([field, value]) => month[field] === value)
      return sameTally && sameMonth && isDeepStrictEqual(counts, expectedCounts)
    }
    await waitFor(same, { what: 'the tally', everyMs: 200 }).catch(() => undefined)
    const { found, expected, counts, expectedCounts, month, expectedMonth } = last!
    const fields = Object.keys(expected)
    assert.deepEqual(Object.fromEntries(fields.map((field) => [field, found[field]])), expected)
    assert.deepEqual(counts, expectedCounts)
    const { evaluatedAt: _, revision: __, ...ofMonth } = month
    assert.deepEqual(ofMonth, expectedMonth)
    assert.match(found['code.99445'] ?? '', /^supported 1/)

    const counted = await cufflink(consoleUrl, 'practice', 'counts', practice)
    assert.match(counted, /^patients\t1$/m)
    assert.match(counted, /^99454 short\t1$/m)
    const worked = await cufflink(consoleUrl, 'practice', 'time', practice, '--month', found['month'] ?? '')
    const inMonth = Math.floor(Number(ofMonth['seconds'] ?? 0) / 60)
    assert.equal(worked.split('\t')[2] ?? '0', String(inMonth))
  })
})
