import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { patientKey } from '@cufflink/contracts'
import { daysKey, utcMonth } from '@cufflink/folds'
import { partitionOf } from '@cufflink/ledger'
import { connectDevice } from '@cufflink/testkit'
import type { Browser } from 'playwright-core'
import { openBrowser, openPracticePage } from './harness/browser.ts'
import { engineSets, type System } from './harness/engine-sets.ts'
import {
  bloodPressure,
  call,
  cufflink,
  enrolPatient,
  firstReadingCounts,
  localInstant,
  openPractice,
} from './harness/practice.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

/** Two minutes before midnight and three after, in New York: one date in Chicago. */
const beforeMidnight = (): number => localInstant(3, '23:58')
const afterMidnight = (): number => localInstant(2, '00:03')

engineSets('A zone corrected late', (system) => {
  test('changes the count without a rebuild', async () => {
    const { consoleUrl, mqttUrl } = system()
    await openPractice(consoleUrl, 'zones')
    const credentials = await enrolPatient(consoleUrl, { practice: 'zones', patient: 'p-1' })
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/zones`)
    await firstReadingCounts(mqttUrl, credentials, {
      measuredAt: beforeMidnight(),
      counts: async () => (await page.dataDays('p-1')) === 1,
    })
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    await device.publish(bloodPressure(afterMidnight()))
    await page.shows('p-1', 2)
    const before = await stored(system())
    assert.ok(before.watermark >= 2)

    const enrolment = { name: 'Ada Example', zone: 'America/Chicago' }
    await call(consoleUrl, 'PUT', '/api/practices/zones/patients/p-1', enrolment)
    await page.shows('p-1', 1)
    assert.deepEqual(await stored(system()), before)

    const again = ['zones', 'p-1', '--name', 'Ada Example', '--zone', 'America/New_York']
    await cufflink(consoleUrl, 'patient', 'add', ...again)
    await page.shows('p-1', 2)
    assert.deepEqual(await stored(system()), before)
  })
})

/** What the views hold of the patient's readings: nothing of it depends on a zone. */
async function stored({ openViews, partitions }: System): Promise<{ watermark: number; bytes: Uint8Array }> {
  const views = await openViews()
  try {
    const partition = partitionOf(patientKey('zones', 'p-1'), partitions)
    const shard = { topic: 'readings', partition } as const
    const key = daysKey('zones', 'p-1', utcMonth(beforeMidnight()))
    const [bytes] = await views.load(shard, [key])
    return { watermark: await views.watermark(shard), bytes: Uint8Array.from(bytes!) }
  } finally {
    await views.close()
  }
}
