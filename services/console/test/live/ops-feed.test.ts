import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorTable, failure, type OpsReport } from '@cufflink/contracts'
import { openRegistry } from '@cufflink/directory'
import { openSqliteLedger } from '@cufflink/ledger'
import { enrolled, waitFor } from '@cufflink/testkit'
import { openSqliteViews } from '@cufflink/views'
import { createOpsFeed } from '../../src/live/ops-feed.ts'
import type { Outlet } from '../../src/live/outlet.ts'
import { followRefusals } from '../../src/live/refusals.ts'
import { followWaiting } from '../../src/live/waiting.ts'

const PARTITIONS = 2

/** Takes each message at once. */
const outlet = (take: (text: string) => void): Outlet => ({
  send(text, sent) {
    take(text)
    sent()
  },
})

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
      waiting: { of: () => [] },
      registry: { all: () => [] },
    }),
    (one) => one.close(),
  )
  let partition = -1
  for (const zone of ['UTC', 'Asia/Tokyo', 'America/New_York'])
    partition = (await ledger.append(enrolled(1, zone))).partition

  let report: OpsReport | undefined
  feed.join(
    outlet((text) => (report = JSON.parse(text) as OpsReport)),
    'riverside',
  )
  const told = async (lag: number): Promise<void> => {
    const own = () =>
      report?.partitions.find((one) => one.topic === 'activity' && one.partition === partition)
    await waitFor(() => own()?.lag === lag, { what: `a lag of ${lag}` })
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
      waiting: { of: () => [] },
      registry: { all: () => [] },
    }),
    (one) => one.close(),
  )
  const told = Promise.withResolvers<OpsReport>()
  feed.join(
    outlet((text) => told.resolve(JSON.parse(text) as OpsReport)),
    'riverside',
  )
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
    what: 'the refusals',
  })
  const feed = stack.adopt(
    createOpsFeed({
      ledger,
      views,
      gateways: [],
      refusals,
      waiting: { of: () => [] },
      registry: { all: () => [] },
    }),
    (one) => one.close(),
  )
  const told = Promise.withResolvers<OpsReport>()
  feed.join(
    outlet((text) => told.resolve(JSON.parse(text) as OpsReport)),
    'riverside',
  )
  assert.deepEqual((await told.promise).refusals, [
    ...items.map((item) => ({
      device: 'scale-1',
      at: AT + 1000,
      message: errorTable[item.code].message,
      count: 1,
      since: AT + 1000,
      ...item,
    })),
    {
      device: 'cuff-1',
      code: 'PAYLOAD_UNKNOWN',
      message: errorTable.PAYLOAD_UNKNOWN.message,
      count: 1,
      since: AT,
      at: AT,
    },
  ])
})

test('names to each practice the devices whose readings wait for a patient: how many, from when, and who has the device now', async () => {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-ops-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const registry = stack.adopt(await openRegistry(ledger), (one) => one.close())
  const AT = 1_790_000_000_000
  const DAY = 86_400_000
  const envelope = { v: 1, tenant: 'riverside', at: AT, by: 'service:gateway' } as const
  const offsets = new Map<string, number>()
  const parked = async (device: string, days: number, tenant = 'riverside') => {
    const { offset } = await ledger.append({
      ...envelope,
      tenant,
      id: `${device} ${days}`,
      type: 'reading.parked',
      data: {
        reading: {
          device,
          measuredAt: AT + days * DAY,
          gatewayReceivedAt: AT,
          clockQuality: 'synced',
          measurement: { kind: 'body-weight', weightKg: 80 },
        },
      },
    })
    offsets.getOrInsert(`${device} ${days}`, offset)
  }
  const placed = (device: string, days: number) =>
    ledger.append({
      ...envelope,
      id: `placed ${device} ${days}`,
      type: 'reading.placed',
      data: { device, readingId: `${device} ${days}` },
    })
  const assignments = [{ patient: 'p-1', from: AT }]
  const record = { model: 'BPM', secretDigest: '0'.repeat(64), status: 'active' } as const
  await ledger.append({
    ...envelope,
    id: 'cuff',
    type: 'device.registered',
    data: { ...record, device: 'cuff-1', assignments },
  })
  for (const days of [-12, -9, -9, -5, -2]) await parked('cuff-1', days)
  await placed('cuff-1', -2)
  await parked('scale-1', -20)
  await parked('scale-2', -1)
  await placed('scale-2', -1)
  await parked('cuff-9', -1, 'lakeside')
  for (let count = 0; count < 1_005; count += 1) await parked('cuff-2', -100 - count)
  const waiting = stack.adopt(await followWaiting(ledger, registry), (one) => one.close())
  const countOf = (practice: string) => waiting.of(practice).reduce((sum, { count }) => sum + count, 0)
  const what = { what: 'what waits' }
  await waitFor(() => countOf('riverside') === 1_009 && countOf('lakeside') === 1, what)
  const feed = stack.adopt(
    createOpsFeed({
      ledger,
      views,
      gateways: [],
      refusals: { of: () => [] },
      waiting,
      registry: { all: () => [] },
    }),
    (one) => one.close(),
  )
  const told = Promise.withResolvers<OpsReport>()
  feed.join(
    outlet((text) => told.resolve(JSON.parse(text) as OpsReport)),
    'riverside',
  )
  const on = (days: number) => AT + days * DAY
  const through = (device: string, days: number) => offsets.get(`${device} ${days}`)
  const { waiting: devices, moreWaiting } = await told.promise
  assert.deepEqual(devices, [
    { device: 'cuff-1', count: 3, first: on(-12), last: on(-5), through: through('cuff-1', -5), since: AT },
    { device: 'scale-1', count: 1, first: on(-20), last: on(-20), through: through('scale-1', -20) },
    {
      device: 'cuff-2',
      count: 1_005,
      first: on(-1_104),
      last: on(-100),
      through: through('cuff-2', -1_104),
    },
  ])
  assert.equal(moreWaiting, 0)
  // an earlier assignment: the gateway places them
  for (const days of [-12, -9, -5]) await placed('cuff-1', days)
  // Of two gateways, each of which says so of each reading.
  for (let count = 0; count < 1_004; count += 1)
    for (let gateway = 0; gateway < 2; gateway += 1) await placed('cuff-2', -100 - count)
  await waitFor(() => countOf('riverside') === 2, what)
  await placed('cuff-2', -100 - 1_004)
  await waitFor(() => waiting.of('riverside').length === 1, what)
  // More than a page shows: it says how many more.
  for (let count = 0; count < 52; count += 1) await parked(`stock-${count}`, -1)
  await waitFor(() => waiting.of('riverside').length === 53, what)
  const next = Promise.withResolvers<OpsReport>()
  feed.join(
    outlet((text) => next.resolve(JSON.parse(text) as OpsReport)),
    'riverside',
  )
  const full = await next.promise
  assert.deepEqual([full.waiting.length, full.moreWaiting], [50, 3])
  assert.ok(full.waiting.every(({ device }) => device.startsWith('stock-')))
})
