import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorTable, failure, type OpsReport } from '@cufflink/contracts'
import { openSqliteLedger } from '@cufflink/ledger'
import { enrolled } from '@cufflink/ledger/testing'
import { waitFor } from '@cufflink/testkit'
import { openSqliteViews } from '@cufflink/views'
import { createOpsFeed } from '../../src/ops/ops-feed.ts'
import { followRefusals } from '../../src/ops/refusals.ts'

const PARTITIONS = 2

test('tells how far each partition’s tallies are behind the ledger, and that they have caught up', async () => {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-ops-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const feed = stack.adopt(
    createOpsFeed({
      ledger,
      views,
      gateways: [],
      refusals: { of: () => [] },
      moving: { alarmsOf: () => [] },
    }),
    (one) => one.close(),
  )
  let partition = -1
  for (const zone of ['UTC', 'Asia/Tokyo', 'America/New_York'])
    partition = (await ledger.append(enrolled(1, zone))).partition

  let report: OpsReport | undefined
  feed.join({ send: (text) => (report = JSON.parse(text) as OpsReport) }, 'riverside')
  const told = async (lag: number): Promise<void> => {
    const own = () =>
      report?.partitions.find((one) => one.topic === 'activity' && one.partition === partition)
    await waitFor(() => own()?.lag === lag, { withinMs: 5_000, what: `a lag of ${lag}` })
  }
  await told(3)
  assert.deepEqual(
    report?.partitions.filter(({ lag }) => lag > 0),
    [{ topic: 'activity', partition, end: 3, watermark: 0, lag: 3 }],
  )
  assert.equal(report?.partitions.length, 2 * PARTITIONS)
  const nothing = { documents: [], members: [], changed: new Map() }
  await views.commit({ topic: 'activity', partition }, { expected: 0, next: 3, ...nothing })
  await told(0)
})

test('tallies that are ahead of their ledger are shown so, and as an alarm beside those of the ledger', async () => {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-ops-')))
  const opened = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const ledger = { ...opened, alarms: [failure('LEDGER_TOPIC_UNSAFE')] }
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const nothing = { documents: [], members: [], changed: new Map() }
  await views.commit({ topic: 'readings', partition: 1 }, { expected: 0, next: 50, ...nothing })
  const feed = stack.adopt(
    createOpsFeed({
      ledger,
      views,
      gateways: [],
      refusals: { of: () => [] },
      moving: { alarmsOf: () => [] },
    }),
    (one) => one.close(),
  )
  const told = Promise.withResolvers<OpsReport>()
  feed.join({ send: (text) => told.resolve(JSON.parse(text) as OpsReport) }, 'riverside')
  const { alarms, partitions } = await told.promise
  assert.deepEqual(
    partitions.filter(({ lag }) => lag !== 0),
    [{ topic: 'readings', partition: 1, end: 0, watermark: 50, lag: -50 }],
  )
  assert.deepEqual(
    alarms.map(({ code }) => code),
    ['LEDGER_TOPIC_UNSAFE', 'VIEWS_AHEAD'],
  )
  assert.match(alarms[1]!.message, /readings\/1/)
})

test('names to each practice what its own devices were refused: device, place in a batch, code and time', async () => {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-ops-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const refused = (
    tenant: string,
    device: string,
    at: number,
    items: readonly { index: number; code: string }[] = [],
  ) =>
    ledger.append({
      id: `${device}-${at}`,
      type: 'payload.rejected',
      v: 2,
      tenant,
      at,
      by: `device:${device}`,
      data: {
        source: device,
        path: 'p',
        code: 'PAYLOAD_UNKNOWN',
        receivedAt: at,
        payloadBase64: 'e30=',
        ...(items.length > 0 && { items: [...items] }),
      },
    })
  const AT = 1_790_000_000_000
  await refused('riverside', 'cuff-1', AT)
  const refusals = stack.adopt(await followRefusals(ledger), (one) => one.close())
  const items = [
    { index: 3, code: 'READING_IMPLAUSIBLE' },
    { index: 9, code: 'PAYLOAD_UNKNOWN' },
  ] as const
  await refused('riverside', 'scale-1', AT + 1000, items)
  await refused('lakeside', 'cuff-9', AT + 2000)
  await waitFor(() => refusals.of('riverside').length === 3 && refusals.of('lakeside').length === 1, {
    withinMs: 5_000,
    what: 'the refusals',
  })
  const feed = stack.adopt(
    createOpsFeed({ ledger, views, gateways: [], refusals, moving: { alarmsOf: () => [] } }),
    (one) => one.close(),
  )
  const told = Promise.withResolvers<OpsReport>()
  feed.join({ send: (text) => told.resolve(JSON.parse(text) as OpsReport) }, 'riverside')
  assert.deepEqual((await told.promise).refusals, [
    ...items.map((item) => ({
      device: 'scale-1',
      at: AT + 1000,
      message: errorTable[item.code].message,
      ...item,
    })),
    { device: 'cuff-1', code: 'PAYLOAD_UNKNOWN', message: errorTable.PAYLOAD_UNKNOWN.message, at: AT },
  ])
})
