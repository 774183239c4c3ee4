import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Practices } from '@cufflink/charts'
import type { PracticeMessage } from '@cufflink/contracts'
import { waitFor } from '@cufflink/testkit'
import { ARRIVES_WITHIN_MS, collect, HOUR_MS, MIDNIGHT, openFeeds } from './feeds-fixture.ts'

const kinds = (messages: readonly PracticeMessage[]) =>
  messages.map(({ type, version }) => `${type} ${version}`)

describe('The feed of a practice', () => {
  test('sends a snapshot to who joins, then each change as a patch of the next version', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    assert.deepEqual(
      reader.messages.map(({ type }) => type),
      ['snapshot'],
    )
    assert.deepEqual(reader.row('p-1')?.dataDays, 0)

    await practice.write('p-1', { dataDays: '1' })
    await reader.counts('p-1', 1)
    await practice.enrol('p-2')
    await reader.counts('p-2', 0)
    const first = reader.messages[0]!.version
    assert.deepEqual(kinds(reader.messages), [
      `snapshot ${first}`,
      `patch ${first + 1}`,
      `patch ${first + 2}`,
    ])
    assert.deepEqual(
      reader.messages[2]!.patients.map(({ patient }) => patient),
      ['p-2'],
    )
  })

  test('sends who joins later, or asks again, a snapshot of the version that the others have', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const early = collect()
    feed.join(early)
    await practice.write('p-1', { dataDays: '1' })
    await early.counts('p-1', 1)
    const late = collect()
    feed.join(late)
    feed.resend(early)
    assert.deepEqual(late.messages[0], early.messages.at(-1))
    assert.equal(late.messages[0]!.type, 'snapshot')
    assert.equal(late.messages[0]!.version, early.messages.at(-2)!.version)
    assert.equal(late.row('p-1')?.dataDays, 1)
  })

  test('says of whom the tally says that they cannot be evaluated', async () => {
    await using practice = await openFeeds()
    for (const patient of ['p-1', 'p-2']) await practice.enrol(patient, `Name of ${patient}`)
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    await practice.write('p-2', { name: 'Name of p-2', failed: 'PATIENT_NOT_EVALUATED' })
    const failed = () => reader.row('p-2')?.failed
    await waitFor(failed, { withinMs: ARRIVES_WITHIN_MS, what: 'the row that says so' })
    assert.equal(failed(), 'PATIENT_NOT_EVALUATED')
    assert.equal(reader.row('p-2')?.name, 'Name of p-2')
    assert.equal(reader.row('p-1')?.failed, undefined)
    await practice.write('p-2', { dataDays: '1' })
    await reader.counts('p-2', 1)
    assert.equal(failed(), undefined)
  })

  test('lists no patient whose tally is not there yet, and everybody else', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    await practice.enrol('p-2')
    await practice.forget('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    assert.deepEqual(
      reader.messages.map(({ patients }) => patients.map(({ patient }) => patient)),
      [['p-2']],
    )
    await practice.write('p-1', { dataDays: '3' })
    await reader.counts('p-1', 3)
  })

  test('answers a ping with the version that was sent last, and with no row', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    await practice.write('p-1', { dataDays: '1' })
    await reader.counts('p-1', 1)
    feed.pong(reader)
    const { version } = reader.messages.at(-1)!
    assert.deepEqual(reader.pongs, [{ type: 'pong', version, now: MIDNIGHT - HOUR_MS }])
    assert.equal(reader.messages.length, 2)
  })

  test('sends the changes of 50 ms as one patch', async () => {
    await using practice = await openFeeds()
    const patients = Array.from({ length: 100 }, (_, index) => `p-${index}`)
    for (const patient of patients) await practice.enrol(patient)
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    const startedAt = performance.now()
    for (const patient of patients) {
      await practice.write(patient, { dataDays: '1' })
      await new Promise(setImmediate)
    }
    for (const patient of patients) await reader.counts(patient, 1)
    const patches = reader.messages.length - 1
    assert.ok(patches <= (performance.now() - startedAt) / 50 + 1, `${patches} patches`)
  })

  test('sends nothing for a change that changes no row', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    await practice.enrol('p-1')
    await practice.enrol('p-2')
    await reader.counts('p-2', 0)
    assert.deepEqual(
      reader.messages[1]!.patients.map(({ patient }) => patient),
      ['p-2'],
    )
  })

  test('tells of a new date when midnight comes in the zone, though nothing was read', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    await practice.write('p-1', { dataDays: '1' })
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    assert.equal(reader.row('p-1')?.today, '2026-03-11')
    practice.setClock(MIDNIGHT)
    await waitFor(() => reader.row('p-1')?.today === '2026-03-12', {
      withinMs: ARRIVES_WITHIN_MS,
      what: 'the next date',
    })
    assert.deepEqual(
      reader.messages.map(({ type }) => type),
      ['snapshot', 'patch'],
    )
    assert.equal(reader.messages[1]!.now, MIDNIGHT)
    assert.equal(reader.row('p-1')?.dataDays, 1)
  })

  test('sends nothing to who has left', async () => {
    await using practice = await openFeeds()
    const feed = await practice.feeds.hold('riverside').feed
    const gone = collect()
    feed.join(gone)()
    const reader = collect()
    feed.join(reader)
    await practice.enrol('p-1')
    await reader.counts('p-1', 0)
    assert.equal(gone.messages.length, 1)
  })
})

describe('The feeds', () => {
  /** Practices that say which one it is only when they are told to. */
  function heldBack() {
    const gate = Promise.withResolvers<void>()
    const change = (practices: Practices): Practices => ({
      ...practices,
      get: (id) => gate.promise.then(() => practices.get(id)),
    })
    return { gate, change }
  }

  test('stay open for who comes while the one before leaves, before it was opened', async () => {
    const { gate, change } = heldBack()
    await using practice = await openFeeds(change)
    const first = practice.feeds.hold('riverside')
    first.release()
    const second = practice.feeds.hold('riverside')
    gate.resolve()
    const reader = collect()
    ;(await second.feed).join(reader)
    await practice.enrol('p-1')
    await reader.counts('p-1', 0)
  })

  test('stay open while one of two holds them', async () => {
    await using practice = await openFeeds()
    const first = practice.feeds.hold('riverside')
    const second = practice.feeds.hold('riverside')
    assert.equal(await first.feed, await second.feed)
    first.release()
    const reader = collect()
    ;(await second.feed).join(reader)
    await practice.enrol('p-1')
    await reader.counts('p-1', 0)
  })

  test('are opened anew after the last has let go', async () => {
    await using practice = await openFeeds()
    const first = practice.feeds.hold('riverside')
    const closed = await first.feed
    first.release()
    await practice.enrol('p-1')
    const second = await practice.feeds.hold('riverside').feed
    assert.notEqual(second, closed)
    const reader = collect()
    second.join(reader)
    assert.equal(reader.row('p-1')?.dataDays, 0)
  })

  test('of a practice that is not there fail, and fail nobody who has left', async () => {
    const { gate, change } = heldBack()
    await using practice = await openFeeds(change)
    const held = practice.feeds.hold('nowhere')
    // Whoever has left no longer looks at `feed`: an unhandled rejection would end this test, as it would end the process.
    practice.feeds.hold('nowhere').release()
    held.release()
    gate.resolve()
    await assert.rejects(held.feed, { code: 'PRACTICE_UNKNOWN' })
    await assert.rejects(practice.feeds.hold('nowhere').feed, { code: 'PRACTICE_UNKNOWN' })
  })
})
