import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import { createLogger } from '@cufflink/runtime'
import { moveReadings } from '../src/moved-readings/moved-readings.ts'

const logger = createLogger({ service: 'tracker', level: 'silent' })

const shared = (device: string): RegisteredDevice => ({
  device,
  model: 'BPM',
  secretDigest: '0'.repeat(64),
  status: 'active',
  assignments: [
    { patient: `${device}-first`, from: 0, to: 1 },
    { patient: `${device}-second`, from: 1 },
  ],
  tenant: 't',
  version: 'v-1',
})

test('a device whose partition lags holds up no other', async (t) => {
  const devices = new Map(['a', 'b'].map((name) => [name, shared(name)]))
  const settled = Promise.withResolvers<string>()
  const days = async (_tenant: string, patient: string) => {
    if (patient.startsWith('a')) throw failure('VIEWS_UNAVAILABLE')
    settled.resolve(patient)
    return []
  }
  const moving = moveReadings({
    registry: { all: () => devices.values(), find: (name) => devices.get(name), onChange: () => () => false },
    ledger: {
      partitionOf: () => 0,
      endOffsets: async () => [0],
      read: async () => [],
      append: () => assert.fail('there is nothing to move'),
    },
    views: {
      watermark: async () => 0,
      load: async () => [undefined],
      commit: async () => ({ outcome: 'committed' }),
    },
    documents: { days },
    clock: { now: () => 0 },
    logger,
  })
  t.after(moving.stop)
  assert.match(await settled.promise, /^b-/)
})
