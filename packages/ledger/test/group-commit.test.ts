import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { createGroupCommit, type Entry } from '../src/group-commit.ts'

const entry = (text: string): Entry => ({ topic: 'readings', partition: 0, key: 'k', text })

/** An engine whose batches are durable when the test says so. */
function heldEngine() {
  const batches: { texts: string[]; durable(): void; fail(): void }[] = []
  const arrivals: (() => void)[] = []
  let offset = 0
  return {
    batches,
    /** Resolves when the engine has been given so many batches. */
    given: (count: number): Promise<void> =>
      batches.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => arrivals.push(() => batches.length >= count && resolve())),
    write: (entries: readonly Entry[]): Promise<number[]> => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>()
      const durable = (): void => resolve(entries.map(() => offset++))
      batches.push({
        texts: entries.map(({ text }) => text),
        durable,
        fail: () => reject(new Error('engine')),
      })
      for (const arrival of arrivals) arrival()
      return promise
    },
  }
}

test('a lone append goes at once; what comes meanwhile is gathered into the next batch', async () => {
  const engine = heldEngine()
  const group = createGroupCommit(engine.write)
  const first = group.append(entry('a'))
  await engine.given(1)
  const others = ['b', 'c', 'd'].map((text) => group.append(entry(text)))
  assert.equal(group.queued, 4)
  assert.equal(engine.batches.length, 1)
  engine.batches[0]!.durable()
  assert.equal((await first).offset, 0)
  await engine.given(2)
  assert.deepEqual(engine.batches[1]!.texts, ['b', 'c', 'd'])
  engine.batches[1]!.durable()
  assert.deepEqual(
    (await Promise.all(others)).map(({ offset }) => offset),
    [1, 2, 3],
  )
  assert.equal(group.queued, 0)
})

test('a batch that failed is tried again, whole and before what came after it', async () => {
  const engine = heldEngine()
  const group = createGroupCommit(engine.write)
  const appended = Promise.all([group.append(entry('a')), group.append(entry('b'))])
  await engine.given(1)
  const later = group.append(entry('c'))
  engine.batches[0]!.fail()
  await engine.given(2)
  assert.equal(group.available, false)
  assert.deepEqual(engine.batches[1]!.texts, ['a', 'b'])
  engine.batches[1]!.durable()
  await appended
  assert.equal(group.available, true)
  await engine.given(3)
  engine.batches[2]!.durable()
  await later
})

test('a batch is bounded in facts and in size', async () => {
  const engine = heldEngine()
  const group = createGroupCommit(engine.write)
  void group.append(entry('first'))
  await engine.given(1)
  const long = 'x'.repeat(100_000)
  const pending = Array.from({ length: 5 }, () => group.append(entry(long)))
  engine.batches[0]!.durable()
  await engine.given(2)
  assert.equal(engine.batches[1]!.texts.length, 3)
  engine.batches[1]!.durable()
  await engine.given(3)
  engine.batches[2]!.durable()
  await Promise.all(pending)
})

test('closing waits for what is under way and refuses what comes after', async () => {
  const engine = heldEngine()
  const group = createGroupCommit(engine.write)
  const appended = group.append(entry('a'))
  await engine.given(1)
  const closed = group.close()
  await assert.rejects(
    group.append(entry('late')),
    (error) => error instanceof CufflinkError && error.code === 'LEDGER_CLOSED',
  )
  engine.batches[0]!.durable()
  await closed
  assert.equal((await appended).offset, 0)
})

test('closing while the engine fails refuses what was never durable', async () => {
  const engine = heldEngine()
  const group = createGroupCommit(engine.write)
  const appended = group.append(entry('a'))
  const refused = assert.rejects(
    appended,
    (error) => error instanceof CufflinkError && error.code === 'LEDGER_CLOSED',
  )
  await engine.given(1)
  const closed = group.close()
  engine.batches[0]!.fail()
  await Promise.all([closed, refused])
})
