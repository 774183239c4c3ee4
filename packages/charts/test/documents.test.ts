import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { encodeMinutes, foldMinutes } from '@cufflink/folds'
import { createDocuments } from '../src/index.ts'

const NOON = Date.UTC(2026, 9, 20, 12)

function worked(minutes: number): Uint8Array {
  const fact: FactOf<'time.entered'> = {
    id: 'enter-1',
    type: 'time.entered',
    v: 1,
    tenant: 't',
    at: NOON,
    by: 'user:nurse',
    data: {
      patient: 'p-1',
      clinician: 'nurse',
      session: 's-1',
      startedAt: NOON - 3_600_000,
      until: NOON - 3_600_000 + minutes * 60_000,
      program: 'RPM',
      category: 'data-review',
      reason: 'invented',
    },
  }
  return encodeMinutes(foldMinutes(undefined, fact, 0))
}

test('a clinician’s part is decoded again where its bytes are others, and stays as it was where they are not', async () => {
  const parts = [worked(10), worked(20)]
  const documents = createDocuments({
    ledger: { partitions: 2, partitionOf: () => 0, endOffsets: async () => [0, 0] },
    views: {
      // As a driver does: other bytes each time, though they say the same.
      load: async ({ partition }) => [Uint8Array.from(parts[partition]!)],
      members: async () => [],
      watermark: async () => 0,
    },
  })
  const read = () => documents.clinician('t', 'nurse', ['2026-10'])
  const until = (found: Awaited<ReturnType<typeof read>>) =>
    found.map(({ stretches }) => (stretches[0]!.opening!.until - stretches[0]!.startedAt) / 60_000)
  const first = await read()
  assert.deepEqual(until(first), [10, 20])
  parts[1] = worked(30)
  const second = await read()
  assert.deepEqual(until(second), [10, 30])
  assert.equal(second[0], first[0])
})
