import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { openRegistry, openSqliteLedger } from '@cufflink/ledger'
import { waitFor } from '@cufflink/testkit'
import { followParked } from '../../src/ingest/parked.ts'

const AT = 1_790_000_000_000
const envelope = { v: 1, tenant: 't', at: AT, by: 'service:gateway' } as const

const parked = (id: string, measuredAt: number): FactOf<'reading.parked'> => ({
  ...envelope,
  id,
  type: 'reading.parked',
  data: {
    reading: {
      device: 'cuff',
      measuredAt,
      gatewayReceivedAt: AT,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
})

const registered = (
  assignments: { patient: string; from: number; to?: number }[],
): FactOf<'device.registered'> => ({
  ...envelope,
  id: 'device',
  type: 'device.registered',
  data: { device: 'cuff', model: 'SCALE', secretDigest: '0'.repeat(64), status: 'active', assignments },
})

async function start(dir: string) {
  const ledger = await openSqliteLedger({ dir, partitions: 2 })
  const registry = await openRegistry(ledger)
  const readings = await followParked({ ledger, registry, now: () => AT })
  const recorded = async () => {
    const lists = await Promise.all([0, 1].map((partition) => ledger.read('readings', partition, 0, 100)))
    return lists.flat().map(({ text }) => JSON.parse(text) as FactOf<'reading.recorded'>)
  }
  const close = async () => {
    await readings.close()
    await registry.close()
    await ledger.close()
  }
  return { ledger, readings, recorded, [Symbol.asyncDispose]: close }
}

const ends = async (
  topic: 'unassigned',
  ledger: { endOffsets(name: 'unassigned'): Promise<readonly number[]> },
) => (await ledger.endOffsets(topic)).reduce((sum, end) => sum + end, 0)

test('a parked reading is placed with the assignment that covers its instant, once, and over a restart', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  {
    await using first = await start(folder.path)
    await first.ledger.append(registered([]))
    await first.ledger.append(parked('early', AT - 2))
    await first.ledger.append(parked('later', AT))
    await waitFor(() => first.readings.size === 2, { withinMs: 2_000, what: 'both to be parked' })
    await first.ledger.append(registered([{ patient: 'p-1', from: AT - 1 }]))
    await waitFor(async () => (await ends('unassigned', first.ledger)) === 3, {
      withinMs: 2_000,
      what: 'reading.placed',
    })
    const recorded = await first.recorded()
    assert.deepEqual(
      recorded.map(({ id, data }) => [id, data.patient]),
      [['later', 'p-1']],
    )
  }
  await using second = await start(folder.path)
  assert.equal(second.readings.size, 1)
  await second.ledger.append(registered([{ patient: 'p-2', from: AT - 10 }]))
  await waitFor(async () => (await second.recorded()).length === 2, {
    withinMs: 2_000,
    what: 'the early one',
  })
  assert.deepEqual(new Set((await second.recorded()).map(({ id }) => id)), new Set(['early', 'later']))
})
