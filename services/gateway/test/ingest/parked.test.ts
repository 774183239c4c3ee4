import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Fact, FactOf } from '@cufflink/contracts'
import { openRegistry } from '@cufflink/directory'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { overlaid, waitFor } from '@cufflink/testkit'
import { followParked, type ParkedReadings } from '../../src/ingest/parked.ts'
import type { WaitingBounds } from '../../src/ingest/waiting.ts'

const AT = 1_790_000_000_000
const envelope = { v: 1, tenant: 't', at: AT, by: 'service:gateway' } as const

const parked = (id: string, measuredAt: number, device = 'cuff', tenant = 't'): FactOf<'reading.parked'> => ({
  ...envelope,
  tenant,
  id,
  type: 'reading.parked',
  data: {
    reading: {
      device,
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

const roomy: WaitingBounds = { maxPerDevice: 1_000, maxPerPractice: 1_000, maxReadings: 1_000 }

/** @param delayed waits before a fact is appended */
async function start(
  dir: string,
  bounds: Partial<WaitingBounds> = {},
  delayed: (fact: Fact) => Promise<unknown> = async () => undefined,
) {
  const opened = await openSqliteLedger({ dir, partitions: 2 })
  const append: Ledger['append'] = async (fact) => {
    await delayed(fact)
    return opened.append(fact)
  }
  const ledger = overlaid(opened, { append })
  const registry = await openRegistry(ledger)
  const readings = await followParked({
    ledger,
    registry,
    ...roomy,
    ...bounds,
    now: () => AT,
  })
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
    await waitFor(() => first.readings.size === 2, { what: 'both to be parked' })
    await first.ledger.append(registered([{ patient: 'p-1', from: AT - 1 }]))
    await waitFor(async () => (await ends('unassigned', first.ledger)) === 3, {
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
    what: 'the early one',
  })
  assert.deepEqual(new Set((await second.recorded()).map(({ id }) => id)), new Set(['early', 'later']))
})

const full = { code: 'PARKED_FULL' }

test('of a device no more is admitted than may wait, counting what is on its way; what waits already is admitted again', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  await using one = await start(folder.path, { maxPerDevice: 2 })
  const [first, second, third] = ['a', 'b', 'c'].map((id, index) => parked(id, AT + index)) as [
    FactOf<'reading.parked'>,
    FactOf<'reading.parked'>,
    FactOf<'reading.parked'>,
  ]
  assert.throws(() => one.readings.admit([first, second, third]), full)
  assert.equal(one.readings.size, 0)
  one.readings.admit([first])
  await one.ledger.append(first)
  one.readings.admit([first, second])
  one.readings.admit([second])
  assert.throws(() => one.readings.admit([third]), full)
  await one.ledger.append(second)
  one.readings.admit([first, second])
  assert.throws(() => one.readings.admit([third]), full)
  assert.equal(one.readings.size, 2)
})

test('over all devices no more is admitted than may wait; one that is placed makes room', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  await using one = await start(folder.path, { maxReadings: 2 })
  await one.ledger.append(registered([]))
  for (const fact of [parked('a', AT), parked('b', AT, 'scale')]) {
    one.readings.admit([fact])
    await one.ledger.append(fact)
  }
  const third = parked('c', AT, 'meter')
  assert.throws(() => one.readings.admit([third]), full)
  await one.ledger.append(registered([{ patient: 'p-1', from: AT - 1 }]))
  await waitFor(() => one.readings.size === 1, { what: 'the cuff’s to be placed' })
  one.readings.admit([third])
})

test('no practice has the room of another one: its devices have a share together', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  await using one = await start(folder.path, { maxPerPractice: 2, maxReadings: 4 })
  const { admit } = one.readings
  admit([parked('a', AT)])
  admit([parked('b', AT, 'scale')])
  assert.throws(() => admit([parked('c', AT, 'meter')]), full)
  admit([parked('d', AT, 'other-cuff', 'u')])
  const { offset } = await one.ledger.append(parked('a', AT))
  await one.ledger.append(dismissed({ through: offset }))
  await waitFor(() => one.readings.size === 2, { what: 'the dismissal to be read' })
  admit([parked('c', AT, 'meter')])
  assert.throws(() => admit([parked('e', AT, 'meter')]), full)
})

const dismissed = (data: { through: number }): FactOf<'reading.dismissed'> => ({
  ...envelope,
  id: `dismissed-${data.through}`,
  type: 'reading.dismissed',
  data: { device: 'cuff', reason: 'The cuff of the front desk.', ...data },
})

describe('what a person dismissed', () => {
  test('makes room, leaves what came in later, and stays so over a restart', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
    {
      await using one = await start(folder.path, { maxPerDevice: 2 })
      await one.ledger.append(parked('a', AT))
      const { offset } = await one.ledger.append(parked('b', AT + 1))
      await one.ledger.append(parked('unseen', AT + 2))
      await waitFor(() => one.readings.size === 3, { what: 'all to be parked' })
      assert.throws(() => one.readings.admit([parked('d', AT + 3)]), full)
      await one.ledger.append(dismissed({ through: offset }))
      await waitFor(() => one.readings.size === 1, { what: 'two to be dismissed' })
      one.readings.admit([parked('d', AT + 3)])
    }
    await using again = await start(folder.path)
    assert.equal(again.readings.size, 1)
    assert.deepEqual(await again.recorded(), [])
  })

  test('is placed all the same by an assignment that covers it: nothing is lost', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
    const idsOf = async (one: { recorded(): Promise<readonly { id: string }[]> }) =>
      (await one.recorded()).map(({ id }) => id).toSorted()
    {
      await using one = await start(folder.path)
      await one.ledger.append(registered([]))
      for (const [at, id] of ['a', 'b', 'c'].entries()) await one.ledger.append(parked(id, AT + at))
      await one.ledger.append(dismissed({ through: 2 }))
      await waitFor(() => one.readings.size === 0, { what: 'all to be dismissed' })
      await one.ledger.append(registered([{ patient: 'p-1', from: AT + 2 }]))
      await waitFor(async () => (await idsOf(one)).length === 1, { what: 'the last one' })
      await waitFor(async () => (await ends('unassigned', one.ledger)) === 5, {
        what: 'reading.placed',
      })
    }
    await using again = await start(folder.path)
    await again.ledger.append(registered([{ patient: 'p-1', from: AT + 1 }]))
    await waitFor(async () => (await idsOf(again)).length === 2, { what: 'one more' })
    await again.ledger.append(registered([{ patient: 'p-1', from: AT }]))
    await waitFor(async () => (await idsOf(again)).length === 3, { what: 'the first one' })
    assert.deepEqual(await idsOf(again), ['a', 'b', 'c'])
    assert.equal(again.readings.size, 0)
  })

  test('is placed once, though its device changes again before that is on the ledger', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
    const gate = Promise.withResolvers<void>()
    const held = async ({ type }: Fact) => type === 'reading.placed' && gate.promise
    await using one = await start(folder.path, {}, held)
    await one.ledger.append(registered([]))
    for (const [at, id] of ['a', 'b'].entries()) await one.ledger.append(parked(id, AT + at))
    await one.ledger.append(dismissed({ through: 1 }))
    await waitFor(() => one.readings.size === 0, { what: 'both to be dismissed' })
    await one.ledger.append(registered([{ patient: 'p-1', from: AT + 1 }]))
    const ids = async () => (await one.recorded()).map(({ id }) => id)
    await waitFor(async () => (await ids()).includes('b'), { what: 'the last one' })
    await one.ledger.append(registered([{ patient: 'p-1', from: AT }]))
    await waitFor(async () => (await ids()).includes('a'), { what: 'the first one' })
    gate.resolve()
    await waitFor(async () => (await ends('unassigned', one.ledger)) >= 5, { what: 'both to be told placed' })
    assert.deepEqual((await ids()).toSorted(), ['a', 'b'])
  })

  test('is placed by a start that finds it covered and not placed yet', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
    {
      await using stack = new AsyncDisposableStack()
      const opened = await openSqliteLedger({ dir: folder.path, partitions: 2 })
      const ledger = stack.adopt(opened, (one) => one.close())
      await ledger.append(parked('a', AT))
      await ledger.append(dismissed({ through: 0 }))
      await ledger.append(registered([{ patient: 'p-1', from: AT }]))
    }
    await using one = await start(folder.path)
    await waitFor(async () => (await one.recorded()).length === 1, { what: 'it' })
  })
})

test('of a device that has a patient what does not fit is taken and set aside, and placed by an earlier assignment', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  const facts = ['a', 'b', 'c', 'd'].map((id, at) => parked(id, AT - 10 + at))
  {
    await using one = await start(folder.path, { maxPerDevice: 2 })
    await one.ledger.append(registered([{ patient: 'p-1', from: AT }]))
    await waitFor(() => takes(one.readings, facts), { what: 'its patient to be known' })
    for (const fact of facts) await one.ledger.append(fact)
    await one.ledger.append(parked('z', AT, 'scale'))
    await waitFor(() => one.readings.size === 3, { what: 'all to be read' })
  }
  await using again = await start(folder.path, { maxPerDevice: 2 })
  assert.equal(again.readings.size, 3)
  await again.ledger.append(registered([{ patient: 'p-1', from: AT - 10 }]))
  await waitFor(async () => (await again.recorded()).length === 4, { what: 'all four' })
  assert.deepEqual(new Set((await again.recorded()).map(({ id }) => id)), new Set(['a', 'b', 'c', 'd']))
})

function takes(readings: ParkedReadings, facts: readonly FactOf<'reading.parked'>[]): boolean {
  try {
    readings.admit(facts)
    return true
  } catch {
    return false
  }
}

test('what is on the ledger is kept over a restart, though it is more than may wait, and admitted again', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  const facts = ['a', 'b', 'c'].map((id, index) => parked(id, AT + index))
  {
    await using first = await start(folder.path)
    for (const fact of facts) await first.ledger.append(fact)
  }
  await using second = await start(folder.path, { maxPerDevice: 2, maxReadings: 2 })
  assert.equal(second.readings.size, 3)
  second.readings.admit(facts)
  assert.throws(() => second.readings.admit([parked('d', AT + 9)]), full)
})

test('what one gateway parked counts at another one', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-parked-'))
  await using one = await start(folder.path)
  const { ledger } = one
  await using stack = new AsyncDisposableStack()
  const registry = stack.adopt(await openRegistry(ledger), (opened) => opened.close())
  const other = stack.adopt(
    await followParked({ ledger, registry, ...roomy, maxPerDevice: 1, now: () => AT }),
    (following) => following.close(),
  )
  await ledger.append(parked('a', AT))
  await waitFor(() => other.size === 1, { what: 'the other gateway to read it' })
  other.admit([parked('a', AT)])
  assert.throws(() => other.admit([parked('b', AT + 1)]), full)
})
