import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { createRejectedLimit } from '../../src/ingest/rejected-limit.ts'

const rejected = (source: string, bytes: number): FactOf<'payload.rejected'> => ({
  id: 'one',
  type: 'payload.rejected',
  v: 2,
  tenant: 't',
  at: 0,
  by: `device:${source}`,
  data: {
    source,
    path: 'p',
    code: 'PAYLOAD_UNKNOWN',
    receivedAt: 0,
    payloadBase64: Buffer.alloc(bytes).toString('base64'),
  },
})

test('of one device as many bytes are kept in a day as are allowed, then a sample; of another all the same', () => {
  let now = 0
  const limit = createRejectedLimit({ bytesPerDay: 1_000_000, now: () => now })
  const sent = (count: number): number =>
    Array.from({ length: count }, () => limit.keeps(rejected('cuff', 60_000))).filter(Boolean).length
  // 80,000 characters and a row's 512 each: the thirteenth takes what is left and more.
  assert.equal(sent(1_000), 13)
  assert.equal(limit.keeps(rejected('scale', 60_000)), true)
  let sampled = 0
  for (let hour = 1; hour <= 24; hour += 1) {
    now = hour * 3_600_000
    sampled += sent(100)
  }
  assert.ok(sampled >= 11 && sampled <= 13, `${sampled} in the day after`)
})

test('many small ones are limited by their number', () => {
  const limit = createRejectedLimit({ bytesPerDay: 51_200, now: () => 0 })
  const kept = Array.from({ length: 1_000 }, () => limit.keeps(rejected('cuff', 0))).filter(Boolean)
  assert.equal(kept.length, 100)
})
