import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePayload } from '@cufflink/devices'
import { loadConfig } from '@cufflink/runtime'
import { GatewayConfig } from '../src/config.ts'
import { publishPacket, registered } from './harness.ts'

/** Every field that a reading may have, each as long as it may be. */
const fullest = (n: number) => ({
  kind: 'blood-pressure',
  measuredAt: '2026-10-12T08:00:00.123456789-04:00',
  clock: 'estimated',
  recordId: `${n}`.padStart(60, 'r'),
  userSlot: '255',
  systolicMmHg: '128',
  diastolicMmHg: '111',
  pulsePerMin: '111',
  irregularPulse: false,
})

test('the largest message that is documented, a thousand readings with all their fields, fits the default', () => {
  const device = 'd'.repeat(64)
  const payload = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => fullest(n)))
  const decoded = decodePayload(registered(device), Buffer.from(payload), Date.UTC(2026, 9, 12, 13))
  assert.ok(decoded.outcome === 'decoded' && decoded.readings.length === 1_000)
  const packet = publishPacket(device, 65_535, payload)
  const { MQTT_MAX_PACKET_BYTES } = loadConfig(GatewayConfig, { env: { STATE_DIR: '/nowhere' } })
  assert.ok(packet.length > 270_000, 'it is the largest')
  assert.ok(packet.length <= MQTT_MAX_PACKET_BYTES, `${packet.length} bytes`)
})
