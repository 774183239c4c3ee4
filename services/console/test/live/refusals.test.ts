import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorTable, type FactOf } from '@cufflink/contracts'
import { openSqliteLedger } from '@cufflink/ledger'
import { waitFor } from '@cufflink/testkit'
import { followRefusals } from '../../src/live/refusals.ts'

const AT = 1_790_000_000_000
const { message } = errorTable.PAYLOAD_UNKNOWN

/** What a gateway keeps of one device in a day at the most: 4 MB, of which each takes 512 bytes at least. */
const MOST_OF_A_DAY = 8_192

const refused = (
  device: string,
  at: number,
  code: keyof typeof errorTable = 'PAYLOAD_UNKNOWN',
): FactOf<'payload.rejected'> => ({
  id: `${device}-${code}-${at}`,
  type: 'payload.rejected',
  v: 2,
  tenant: 'riverside',
  at,
  by: `device:${device}`,
  data: { source: device, path: 'p', code, receivedAt: at, payloadBase64: 'e30=' },
})

/** A practice of one partition, so that all devices share it. */
async function open(stack: AsyncDisposableStack) {
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-refusals-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: join(path, 'state'), partitions: 1 }), (one) =>
    one.close(),
  )
  const follow = async () => stack.adopt(await followRefusals(ledger), (one) => one.close())
  return { ledger, follow }
}

test('what is refused of one device for one reason is one line, with how often, since when and when last', async () => {
  await using stack = new AsyncDisposableStack()
  const { ledger, follow } = await open(stack)
  const refusals = await follow()
  // Not in the order of their instants: partitions are read one after the other.
  for (const minute of [3, 9, 1, 5]) await ledger.append(refused('cuff-1', AT + minute * 60_000))
  await ledger.append(refused('cuff-1', AT + 4 * 60_000, 'DEVICE_OVER_DAY'))
  await waitFor(() => refusals.of('riverside').some(({ code }) => code === 'DEVICE_OVER_DAY'), {
    what: 'all of them',
  })
  const [first, second, ...others] = refusals.of('riverside')
  assert.deepEqual(first, {
    device: 'cuff-1',
    code: 'PAYLOAD_UNKNOWN',
    message,
    count: 4,
    since: AT + 60_000,
    at: AT + 9 * 60_000,
  })
  assert.deepEqual([second?.code, second?.count, others], ['DEVICE_OVER_DAY', 1, []])
})

test('a device that is refused all day hides no other: not while it is followed, and not from a start after it', async () => {
  await using stack = new AsyncDisposableStack()
  const { ledger, follow } = await open(stack)
  const followed = await follow()
  await ledger.append(refused('scale-1', AT))
  await Promise.all(
    Array.from({ length: MOST_OF_A_DAY }, (_, n) => ledger.append(refused('cuff-1', AT + 1 + n))),
  )
  for (const refusals of [followed, await follow()]) {
    await waitFor(() => refusals.of('riverside')[0]?.count === MOST_OF_A_DAY, {
      what: 'all of the noise',
    })
    assert.deepEqual(
      refusals.of('riverside').map(({ device, count }) => [device, count]),
      [
        ['cuff-1', MOST_OF_A_DAY],
        ['scale-1', 1],
      ],
    )
  }
})
