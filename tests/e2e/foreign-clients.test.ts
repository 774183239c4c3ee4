import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type DeviceCredentials,
  exercised,
  mosquittoPub,
  pahoPython,
  signUp,
  versionOf,
  waitFor,
} from '@cufflink/testkit'
import mqtt from 'mqtt'
import type { Browser } from 'playwright-core'
import { seenInTime } from './harness/as-busy.ts'
import { openBrowser, openOpsPage, openPracticePage } from './harness/browser.ts'
import { engineSets } from './harness/engine-sets.ts'
import {
  bloodPressure,
  call,
  cufflink,
  enrolledAt,
  firstReadingCounts,
  localInstant,
  openPractice,
  putInOrder,
  secretIn,
  ZONE,
} from './harness/practice.ts'
import { type Finished, runToEnd } from './harness/program.ts'

/** A message as a client that no one here wrote publishes it; it returns at the PUBACK. */
type Message = DeviceCredentials & {
  readonly url: URL
  readonly payload: string
  /** `devices/<device>/readings` unless told. */
  readonly topic?: string
}
type Client = { readonly name: string; publish(message: Message): Promise<void> }

const topicOf = ({ device, topic }: Message): string => topic ?? `devices/${device}/readings`

const runMosquittoPub = (message: Message): Promise<Finished> => {
  const { url, device, secret, payload } = message
  const who = ['-i', device, '-u', device, '-P', secret]
  const what = ['-q', '1', '-t', topicOf(message), '-m', payload]
  return runToEnd(mosquittoPub(), ['-h', url.hostname, '-p', url.port, ...who, ...what])
}

const clients: readonly Client[] = [
  {
    name: 'mosquitto_pub',
    async publish(message) {
      const { code, err } = await runMosquittoPub(message)
      assert.equal(code, 0, err)
      exercised('mosquitto_pub', versionOf('mosquitto_pub'))
    },
  },
  {
    name: "Debian's paho-mqtt",
    async publish(message) {
      const { url, device, secret, payload } = message
      const args = [url.hostname, url.port, device, secret, topicOf(message), payload]
      const { code, out, err } = await runToEnd(pahoPython(), ['tests/e2e/paho-publish.py', ...args])
      assert.equal(code, 0, err)
      exercised('Paho', out.replace('PUBACK', '').trim())
    },
  },
  {
    name: 'MQTT.js',
    async publish(message) {
      const { url, device, secret, payload } = message
      const options = { clientId: device, username: device, password: secret, protocolVersion: 4 } as const
      const client = await mqtt.connectAsync(url.href, options)
      try {
        await client.publishAsync(topicOf(message), payload, { qos: 1 })
      } finally {
        await client.endAsync()
      }
    },
  },
]

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

engineSets('Clients that no one here wrote', (system) => {
  const device = 'cuff-1'
  let secret: string

  before(async () => {
    const { consoleUrl, mqttUrl } = system()
    await cufflink(consoleUrl, 'practice', 'add', 'riverside', '--name', 'Riverside', '--zone', ZONE)
    await cufflink(consoleUrl, 'patient', 'add', 'riverside', 'p-1', '--name', 'Ada Example', '--zone', ZONE)
    secret = secretIn(await cufflink(consoleUrl, 'device', 'add', 'riverside', device, '--model', 'BPM'))
    const from = new Date(enrolledAt()).toISOString()
    await cufflink(consoleUrl, 'device', 'assign', 'riverside', device, '--patient', 'p-1', '--from', from)
    const enrolment = { name: 'Ada Example', zone: ZONE, enrolledAt: enrolledAt() }
    await call(consoleUrl, 'PUT', '/api/practices/riverside/patients/p-1', enrolment)
    await putInOrder(consoleUrl, { practice: 'riverside', patient: 'p-1' })
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/riverside`)
    await page.shows('p-1', 0)
    const counts = async (): Promise<boolean> => (await page.dataDays('p-1')) === 1
    await firstReadingCounts(mqttUrl, { device, secret }, { measuredAt: localInstant(20), counts })
  })

  for (const [index, { name, publish }] of clients.entries()) {
    test(`publish a reading, as ${name} does, and the page counts it within 2 s of its PUBACK`, async () => {
      const { consoleUrl, mqttUrl } = system()
      await using page = await openPracticePage(browser, `${consoleUrl}/practices/riverside`)
      const days = await waitFor(() => page.dataDays('p-1'), { what: 'the patient' })
      const payload = bloodPressure(localInstant(19 - index))
      await publish({ url: new URL(mqttUrl), device, secret, payload })
      await seenInTime(system(), async () => (await page.dataDays('p-1')) === days + 1, 'the reading')
    })
  }

  test('are refused with a wrong secret, before they can publish', async () => {
    const { consoleUrl, mqttUrl } = system()
    await openPractice(consoleUrl, 'locked')
    const secret = secretIn(
      await cufflink(consoleUrl, 'device', 'add', 'locked', 'cuff-locked', '--model', 'BPM'),
    )
    const message = { url: new URL(mqttUrl), device: 'cuff-locked', payload: bloodPressure(localInstant(1)) }
    await waitFor(async () => (await runMosquittoPub({ ...message, secret })).code === 0, {
      what: 'the gateway to know the device',
    })
    const { code, err } = await runMosquittoPub({ ...message, secret: `${secret.slice(1)}x` })
    assert.notEqual(code, 0)
    assert.match(err, /bad user ?name or password/i)
  })

  test('get their PUBACK for what is no reading of a patient, and the ops page counts it', async () => {
    const { consoleUrl, mqttUrl } = system()
    await openPractice(consoleUrl, 'odd')
    const secret = secretIn(await cufflink(consoleUrl, 'device', 'add', 'odd', 'cuff-odd', '--model', 'BPM'))
    const person = await signUp({ consoleUrl, practice: 'odd' })
    await using ops = await openOpsPage(browser, consoleUrl, person)
    const good = bloodPressure(localInstant(1))
    const acknowledged = async (what: { payload: string; topic?: string }): Promise<boolean> =>
      (await runMosquittoPub({ url: new URL(mqttUrl), device: 'cuff-odd', secret, ...what })).code === 0
    const rises = async (tile: 'refused' | 'parked', publish: () => Promise<boolean>): Promise<void> => {
      const before = await ops.tile(tile)
      await waitFor(publish, { what: 'its PUBACK' })
      await waitFor(async () => (await ops.tile(tile)) === before + 1, {
        what: `one more on the ops page: ${tile}`,
      })
    }
    await rises('parked', () => acknowledged({ payload: good }))
    await rises('refused', () => acknowledged({ payload: '{"kind":"blood-pr' }))
    await rises('refused', () => acknowledged({ payload: good, topic: 'devices/cuff-odd/other' }))
  })
})
