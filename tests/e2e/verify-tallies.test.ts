import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statesOf } from '@cufflink/charts'
import { connectDevice, signUp, waitFor } from '@cufflink/testkit'
import { engineSets } from './harness/engine-sets.ts'
import {
  bloodPressure,
  enrolPatient,
  firstReadingCounts,
  localInstant,
  openPractice,
  ZONE,
} from './harness/practice.ts'
import { runToEnd } from './harness/program.ts'

const DAYS = 4

engineSets('`cufflink verify --tallies`, beside the running program', (system) => {
  const verify = () =>
    runToEnd(process.execPath, ['scripts/cufflink.ts', 'verify', '--tallies'], system().settings)

  test('finds nothing where nothing is wrong, and names the patient and the fields of a tally that is, and the practice and the states of counts', async () => {
    const { consoleUrl, mqttUrl, openViews } = system()
    const practice = 'recounted'
    await openPractice(consoleUrl, practice)
    await using views = Object.assign(await openViews(), { [Symbol.asyncDispose]: () => views.close() })
    for (const patient of ['p-1', 'p-2']) {
      const credentials = await enrolPatient(consoleUrl, { practice, patient })
      const days = async (): Promise<number> => Number((await tallyOf(patient)).tally['dataDays'] ?? 0)
      await firstReadingCounts(mqttUrl, credentials, {
        measuredAt: localInstant(1),
        counts: async () => (await days()) === 1,
      })
      await using device = connectDevice({ url: mqttUrl, ...credentials })
      for (let day = 2; day <= DAYS; day += 1) await device.publish(bloodPressure(localInstant(day)))
      await waitFor(async () => (await days()) === DAYS, { what: 'the days' })
    }
    const { home, month } = await timeOf('p-1')
    const whole = await verify()
    assert.equal(
      whole.out,
      'The tallies of 2 patients and of their clinicians are what the ledger comes to.\n',
      whole.err,
    )
    assert.equal(whole.code, 0)

    const { partition, tally } = await tallyOf('p-2')
    const [tenant, patient] = [practice, 'p-2']
    const asOf = { readings: Number(tally['asOfReadings']), activity: Number(tally['asOfActivity']) }
    const wrong = { ...tally, dataDays: String(DAYS + 1), seconds: '60' }
    const states = [...statesOf(wrong), 'invented']
    const written = {
      tenant,
      patient,
      mark: 0,
      asOf,
      tally: wrong,
      states,
      due: Number(tally['evaluatedAt']) * 2,
    }
    assert.equal(await views.evaluations.conclude(partition, written), 'written')
    const [worked = {}] = await views.evaluations.tallies(home, [month])
    const tooMuch = { ...worked, seconds: '3600', patients: '7' }
    const { revision = '' } = worked
    assert.equal(await views.evaluations.replace(home, month, { revision, tally: tooMuch }), 'written')
    const found = await verify()
    assert.equal(
      found.out,
      [
        'recounted/p-2: folded again, dataDays, seconds; counted a second time, dataDays, seconds',
        `${month}: folded again, patients, seconds`,
        'recounted, miscounted: invented',
        '2 of the tallies of 2 patients and of their clinicians are not what the ledger comes to.',
        '',
      ].join('\n'),
      found.err,
    )
    assert.equal(found.code, 1)

    /** Ten minutes of a nurse on a patient, and the tally of the nurse's month that says so. */
    async function timeOf(patient: string) {
      const from = localInstant(1)
      const nurse = await signUp({ consoleUrl, practice, user: `${practice}-nurse`, roles: ['clinician'] })
      const time = { program: 'RPM', category: 'data-review', from, until: from + 600_000 } as const
      await nurse.call('enterTime', { params: { practice, patient }, body: { ...time, reason: 'invented' } })
      const localMonth = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(from).slice(0, 7)
      const month = `clinician:${practice}/${practice}-nurse:${localMonth}`
      let home = -1
      const isWritten = async (): Promise<boolean> => {
        for (let each = 0; each < system().partitions; each += 1) {
          const [one] = await views.evaluations.tallies(each, [month])
          if (one?.['seconds'] === '600') home = each
        }
        return home >= 0
      }
      await waitFor(isWritten, { what: 'the month of the nurse' })
      return { home, month }
    }

    async function tallyOf(name: string) {
      const key = `${practice}/${name}`
      for (let each = 0; each < system().partitions; each += 1) {
        const [one] = await views.evaluations.tallies(each, [key])
        if (one !== undefined && Object.keys(one).length > 0) return { partition: each, tally: one }
      }
      return { partition: 0, tally: {} as Readonly<Record<string, string>> }
    }
  })
})
