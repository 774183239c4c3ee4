import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { startGateway } from '../src/app.ts'
import { GatewayConfig } from '../src/config.ts'

async function start(env: Record<string, string>): Promise<void> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-'))
  const ports = { MQTT_PORT: '0', GATEWAY_HTTP_PORT: '0' }
  const config = loadConfig(GatewayConfig, { env: { STATE_DIR: folder.path, ...ports, ...env } })
  const logger = createLogger({ service: 'gateway', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'gateway' })
  const ledger = await openLedger(config)
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  try {
    await lifecycle.start(async () => void (await startGateway({ config, ledger, logger, lifecycle })))
  } finally {
    await lifecycle.stop({ reason: 'requested' })
  }
}

describe('A gateway', () => {
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
