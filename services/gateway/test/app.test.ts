import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type Ledger, openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { waitFor } from '@cufflink/testkit'
import { type Gateway, startGateway } from '../src/app.ts'
import { GatewayConfig } from '../src/config.ts'
import { publishPacket, registered, session, weight } from './harness.ts'

const nothing = async (): Promise<void> => undefined

/** Starts a gateway on a folder, lets `use` use it, and stops it. */
async function run(
  stateDir: string,
  env: Record<string, string>,
  use: (gateway: Gateway, ledger: Ledger) => Promise<void> = nothing,
): Promise<void> {
  const ports = { MQTT_PORT: '0', GATEWAY_HTTP_PORT: '0' }
  const config = loadConfig(GatewayConfig, { env: { STATE_DIR: stateDir, ...ports, ...env } })
  const logger = createLogger({ service: 'gateway', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'gateway' })
  const ledger = await openLedger(config)
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  try {
    let gateway: Gateway | undefined
    await lifecycle.start(async () => {
      gateway = await startGateway({ config, ledger, logger, lifecycle })
    })
    await use(gateway!, ledger)
  } finally {
    await lifecycle.stop({ reason: 'requested' })
  }
}

async function start(env: Record<string, string>): Promise<void> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-'))
  await run(folder.path, env)
}

const DAY = Date.UTC(2026, 9, 12)
const batch = `[${Array.from({ length: 1_000 }, (_, n) => weight(DAY + n * 1_000)).join()}]`

describe('A gateway', () => {
  test('acknowledges no more of a device without a patient than may wait, says so, and keeps what it acknowledged over a restart', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-'))
    const env = { MQTT_DEVICE_PARKED_READINGS: '1000' }
    const refused = async ({ mqttPort }: Gateway): Promise<void> => {
      const client = await session(mqttPort)
      client.send(publishPacket('cuff', 1, batch))
      assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
      client.send(publishPacket('cuff', 2, weight(DAY - 1_000)))
      assert.equal(await client.next(), 'closed')
    }
    await run(folder.path, env, async (gateway, ledger) => {
      const { device, model, secretDigest } = registered('cuff')
      const data = { device, model, secretDigest, status: 'active' as const, assignments: [] }
      const envelope = { v: 1, tenant: 't', at: DAY, by: 'user:operator' } as const
      await ledger.append({ ...envelope, id: 'device', type: 'device.registered', data })
      await refused(gateway)
    })
    await run(folder.path, env, async (gateway, ledger) => {
      await refused(gateway)
      const ends = await ledger.endOffsets('rejected')
      const reads = ends.map((end, partition) => ledger.read('rejected', partition, 0, end))
      const told = (await Promise.all(reads)).flat().map(({ text }) => JSON.parse(text).data)
      assert.ok(told.length > 0)
      for (const { source, code } of told) assert.deepEqual([source, code], ['cuff', 'PARKED_FULL'])
    })
  })

  test('takes the readings of a device’s patient though more from before it had one wait than may', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-'))
    const since = Date.now() - 5 * 86_400_000
    const waiting = `[${Array.from({ length: 1_000 }, (_, n) => weight(since - n * 1_000 - 1_000)).join()}]`
    await run(folder.path, { MQTT_DEVICE_PARKED_READINGS: '1000' }, async ({ mqttPort }, ledger) => {
      const assign = (id: string, assignments: { patient: string; from: number; to?: number }[]) => {
        const { device, model, secretDigest } = registered('cuff')
        const data = { device, model, secretDigest, status: 'active' as const, assignments }
        const envelope = { v: 1, tenant: 't', at: since, by: 'user:operator' } as const
        return ledger.append({ ...envelope, id, type: 'device.registered', data })
      }
      const recorded = async () => {
        const ends = await ledger.endOffsets('readings')
        return ends.reduce((sum, end) => sum + end, 0)
      }
      const acknowledged = async (payloads: readonly string[]) => {
        const client = await session(mqttPort)
        payloads.forEach((payload, index) => client.send(publishPacket('cuff', index + 1, payload)))
        const answers = [await client.next()]
        while (answers.at(-1) !== 'closed' && answers.length < payloads.length)
          answers.push(await client.next())
        return answers.filter((answer) => answer !== 'closed').length
      }
      await assign('first', [{ patient: 'p-1', from: since }])
      const behind = [weight(since - 5_000_000), weight(since + 1_000)]
      assert.equal(await acknowledged([waiting, ...behind]), 3)
      assert.equal(await recorded(), 1)
      // Now it has none: of a batch what was the patient's counts, and the device keeps all of it.
      await assign('second', [{ patient: 'p-1', from: since, to: since + 60_000 }])
      let later = since + 90_000
      await waitFor(async () => (await acknowledged([weight((later += 1_000))])) === 0, {
        what: 'the new record to be known',
      })
      const before = await recorded()
      assert.equal(await acknowledged([`[${weight(later + 1_000)},${weight(since + 2_000)}]`]), 0)
      assert.equal(await recorded(), before + 1)
    })
  })

  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org'])
    test(`does not take devices on ${host} in the clear`, async () => {
      await assert.rejects(start({ MQTT_HOST: host }), {
        code: 'CONFIG_INVALID',
        message: /MQTT_HOST is .* no TLS .* MQTT_IN_THE_CLEAR=true/,
      })
    })

  test('does so once a setting says it aloud, and on the loopback without one', async () => {
    await start({ MQTT_HOST: '0.0.0.0', MQTT_IN_THE_CLEAR: 'true' })
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) await start({ MQTT_HOST: host })
  })
})
