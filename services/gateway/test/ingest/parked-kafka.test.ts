import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { openRegistry } from '@cufflink/directory'
import { openLedger } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import { kafkaForTests, waitFor } from '@cufflink/testkit'
import { GatewayConfig } from '../../src/config.ts'
import { followParked } from '../../src/ingest/parked.ts'

const AT = 1_790_000_000_000
const envelope = { tenant: 't', at: AT, by: 'service:gateway' } as const

describe('On Kafka', () => {
  let kafka: Awaited<ReturnType<typeof kafkaForTests>>
  before(async () => {
    kafka = await kafkaForTests()
  })
  after(() => kafka[Symbol.asyncDispose]())

  test('what was set aside, dismissed or beyond the bounds, is read again and placed by an assignment that covers it', async () => {
    await using stack = new AsyncDisposableStack()
    const env = {
      LEDGER_ENGINE: 'kafka',
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC_PREFIX: `gateway-${randomUUID()}.`,
      LEDGER_PARTITIONS: '2',
    }
    const ledger = stack.adopt(await openLedger(loadConfig(GatewayConfig, { env })), (one) => one.close())
    const registry = stack.adopt(await openRegistry(ledger), (one) => one.close())
    const bounds = { maxPerDevice: 2, maxPerPractice: 10, maxReadings: 10 }
    const options = { ledger, registry, ...bounds, now: () => AT }
    const following = stack.adopt(await followParked(options), (one) => one.close())
    const assigned = (version: string, from: number) =>
      ledger.append({
        ...envelope,
        v: 1,
        id: version,
        type: 'device.registered',
        data: {
          device: 'cuff',
          model: 'SCALE',
          secretDigest: '0'.repeat(64),
          status: 'active',
          assignments: [{ patient: 'p-1', from }],
        },
      })
    const park = (id: string, measuredAt: number) =>
      ledger.append({
        ...envelope,
        v: 1,
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
    const recorded = async () => {
      const facts = await Promise.all(
        (await ledger.endOffsets('readings')).map((end, partition) =>
          ledger.read('readings', partition, 0, end),
        ),
      )
      return facts.flat().map(({ text }) => (JSON.parse(text) as FactOf<'reading.recorded'>).id)
    }

    await assigned('first', AT)
    await registry.caughtUp()
    for (const [index, id] of ['a', 'b', 'beyond'].entries()) await park(id, AT - 10 + index)
    const { offset: through } = await park('too', AT - 5)
    await waitFor(() => following.size === 2, { what: 'two to wait' })
    const data = { device: 'cuff', through, reason: 'The cuff of the front desk.' }
    await ledger.append({ ...envelope, v: 1, id: 'dismissed', type: 'reading.dismissed', data })
    await waitFor(() => following.size === 0, { what: 'none to wait' })
    await assigned('second', AT - 10)
    await waitFor(async () => (await recorded()).length >= 4, {
      what: 'all to be placed',
    })
    assert.deepEqual(new Set(await recorded()), new Set(['a', 'b', 'beyond', 'too']))
  })
})
