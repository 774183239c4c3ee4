import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Practices } from '@cufflink/charts'
import { failure, type PracticeMessage, type WindowRequest } from '@cufflink/contracts'
import { staysSilent, waitFor } from '@cufflink/testkit'
import { collect, HOUR_MS, MIDNIGHT, openFeeds } from './feeds-fixture.ts'

const kinds = (messages: readonly PracticeMessage[]) =>
  messages.map(({ type, version }) => `${type} ${version}`)

describe('The feed of a practice', () => {
  test('sends a window to who joins, then each change as a patch of the next version', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    assert.deepEqual(kinds(reader.messages), ['window 1'])
    assert.equal(reader.row('p-1')?.dataDays, 0)

    await practice.write('p-1', { dataDays: '1' })
    await reader.counts('p-1', 1)
    await practice.enrol('p-2')
    await reader.counts('p-2', 0)
    assert.deepEqual(kinds(reader.messages), ['window 1', 'patch 2', 'patch 3'])
    assert.deepEqual(
      reader.messages[2]!.rows.map(({ patient }) => patient),
      ['p-2'],
    )
    assert.equal(reader.window?.total, 2)
  })

  test('sends each reader the window that it asks for, as often as it asks, and then what changes there', async () => {
    await using practice = await openFeeds()
    for (const patient of ['p-1', 'p-2', 'p-3']) await practice.enrol(patient)
    const feed = await practice.feeds.hold('riverside').feed
    const [whole, some] = [collect(), collect()]
    feed.join(whole)
    const joined = feed.join(some)
    const request: WindowRequest = {
      type: 'window.request',
      order: { key: 'days', direction: 'descending' },
      search: '',
      quick: [],
      first: 0,
      count: 1,
    }
    joined.hear(request)
    joined.hear(request)
    assert.deepEqual(kinds(some.messages), ['window 1', 'window 2', 'window 3'])
    assert.deepEqual(some.messages[2], { ...some.messages[1], version: 3 })
    const shown = () => some.window?.rows.map(({ patient }) => patient)
    assert.deepEqual(shown(), ['p-1'])
    await practice.write('p-3', { dataDays: '2' })
    await whole.counts('p-3', 2)
    await practice.write('p-2', { dataDays: '1' })
    await whole.counts('p-2', 1)
    assert.deepEqual(kinds(some.messages).slice(3), ['patch 4'])
    assert.deepEqual(shown(), ['p-3'])
    joined.hear({ ...request, search: 'P-2' })
    assert.deepEqual([shown(), some.window?.matching, some.window?.total], [['p-2'], 1, 3])
  })

  test('does not open while the views are away, so that no one is told of an empty list', async () => {
    let away = true
    const failing: Parameters<typeof openFeeds>[1] =
      (tallies) =>
      (...which) =>
        away ? Promise.reject(failure('VIEWS_UNAVAILABLE')) : tallies(...which)
    await using practice = await openFeeds(undefined, failing)
    await practice.enrol('p-1')
    await assert.rejects(practice.feeds.hold('riverside').feed, { code: 'VIEWS_UNAVAILABLE' })
    away = false
    const reader = collect()
    ;(await practice.feeds.hold('riverside').feed).join(reader)
    assert.equal(reader.row('p-1')?.dataDays, 0)
  })

  test('has what was written while it was read for the first time', async () => {
    const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const again = Promise.withResolvers<void>()
    let reads = 0
    const held: Parameters<typeof openFeeds>[1] =
      (tallies) =>
      async (...which) => {
        const found = await tallies(...which)
        reads += 1
        if (reads === 1) {
          asked.resolve()
          await gate.promise
        } else again.resolve()
        return found
      }
    await using practice = await openFeeds(undefined, held)
    await practice.enrol('p-1')
    const { feed } = practice.feeds.hold('riverside')
    await asked.promise
    await practice.write('p-1', { dataDays: '1' })
    // Longer than changes are gathered.
    const waits = await staysSilent(again.promise, 100)
    gate.resolve()
    assert.ok(waits, 'nothing is read before what is under way')
    const reader = collect()
    ;(await feed).join(reader)
    await reader.counts('p-1', 1)
  })

  test('says which patients cannot be evaluated, by their tally', async () => {
    await using practice = await openFeeds()
    for (const patient of ['p-1', 'p-2']) await practice.enrol(patient, `Name of ${patient}`)
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    await practice.write('p-2', { name: 'Name of p-2', failed: 'PATIENT_NOT_EVALUATED' })
    const failed = () => reader.row('p-2')?.failed
    await waitFor(failed, { what: 'the row that says so' })
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
      reader.messages.map(({ rows }) => rows.map(({ patient }) => patient)),
      [['p-2']],
    )
    await practice.write('p-1', { dataDays: '3' })
    await reader.counts('p-1', 3)
  })

  test('takes out the row of a patient who is of the practice no longer, once all that is on the ledger has been evaluated', async () => {
    await using practice = await openFeeds()
    for (const patient of ['p-1', 'p-2']) await practice.enrol(patient)
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    feed.join(reader)
    // As while the views are filled again: there is no tally yet.
    practice.setEnd(1_000)
    await practice.forget('p-1')
    await practice.write('p-2', { dataDays: '1' })
    await reader.counts('p-2', 1)
    assert.ok(reader.row('p-1'), 'it may come back')
    practice.setEnd(0)
    await waitFor(() => reader.row('p-1') === undefined, { what: 'the row to go' })
    assert.deepEqual([reader.window?.total, reader.window?.matching], [1, 1])
    await practice.write('p-1', { dataDays: '2' })
    await reader.counts('p-1', 2)
  })

  test('answers a ping with the version that was sent last, and with no row', async () => {
    await using practice = await openFeeds()
    await practice.enrol('p-1')
    const feed = await practice.feeds.hold('riverside').feed
    const reader = collect()
    const { hear } = feed.join(reader)
    await practice.write('p-1', { dataDays: '1' })
    await reader.counts('p-1', 1)
    hear({ type: 'ping' })
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
      reader.messages[1]!.rows.map(({ patient }) => patient),
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
      what: 'the next date',
    })
    assert.deepEqual(
      reader.messages.map(({ type }) => type),
      ['window', 'patch'],
    )
    assert.equal(reader.messages[1]!.now, MIDNIGHT)
    assert.equal(reader.row('p-1')?.dataDays, 1)
  })

  test('sends nothing to who has left', async () => {
    await using practice = await openFeeds()
    const feed = await practice.feeds.hold('riverside').feed
    const gone = collect()
    feed.join(gone).leave()
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

  test('stay open for a reader that comes while the one before leaves, before it was opened', async () => {
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

  test('are opened again after the last has let go', async () => {
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

  test('of a practice that is not there fail, and fail no one who has left', async () => {
    const { gate, change } = heldBack()
    await using practice = await openFeeds(change)
    const held = practice.feeds.hold('nowhere')
    // A reader that has left no longer looks at `feed`: an unhandled rejection would end this test, as it would end the process.
    practice.feeds.hold('nowhere').release()
    held.release()
    gate.resolve()
    await assert.rejects(held.feed, { code: 'PRACTICE_UNKNOWN' })
    await assert.rejects(practice.feeds.hold('nowhere').feed, { code: 'PRACTICE_UNKNOWN' })
  })
})
