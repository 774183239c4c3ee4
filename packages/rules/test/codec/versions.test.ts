import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import {
  type DaysDocument,
  decodeDays,
  decodeMinutes,
  encodeDays,
  encodeMinutes,
  foldDays,
  foldMinutes,
  type MinutesDocument,
} from '../../src/index.ts'
import { resolveSessions } from '../../src/minutes/sessions.ts'
import { monthEnd, monthStart, readingFact, retractionFact } from '../arbitrary.ts'
import { timer } from '../minutes/facts.ts'
import { called, DAY, HOUR, MINUTE, worked } from '../patients.ts'

// Bytes that a version wrote. They are never edited: a new version is added beside them, and these stay readable.
const days = {
  v1: '01a9050106637566662d3102010000c829009f805101022d0c30757800c8290c9cdb9d0eb0ea01',
  v2: '02a9050106637566662d310201000000c82900004f80510178022d0c307500c8290c9cdb9d0eb0ea01',
  v3: '03a9050106637566662d3102010001000000c829000001014f80510178022d0c01cb307500c8290c160cae27009cdb9d0eb0ea01',
  v4: '04a9050106637566662d3102010001000000c829000001014f80510178022d0c01cb307500c8290c160cae27009cdb9d0eb0ea01',
}
/** Readings that were named, told a user, or, since version 4, bear what a clock showed that was not believed. */
const named = {
  v3: '03a9050106637566662d31030001014000460500220cba7e60ea02014080f4039224307507014000a302b42c0c44890000',
  v4: '04a9050106637566662d31030001014000460500220cba7e60ea03014080f403922430750a014000a302b42c0c44890000',
  clock: '04a9050106637566662d31010008014200a3027a270ca5d0a80a0e00',
}
const minutes = {
  v1: '01a905030b646174612d726576696577096e757273652d61646103702d31011b80f6e9bc019f050a2b02010000160000c0b9550000010180998ebb01631c752a0201c0fc1510069875',
  v2: '02a905030b646174612d726576696577096e757273652d61646103702d31010980f6e9bc019f050a2b020100001600c0b9550000010180998ebb01631c752a0201c0fc1510069875',
}
const timers = {
  v1: '01a905030b646174612d726576696577096e757273652d61646103702d31031380f6e9bc01a4ad9b1802010000000003c0cf24b0ea010159aa537e00000080a61d0ac8df020780b899295db29b1b0201000000e0d40305e0d403f8c904000290bf050380b89929cab09b1a0201000000a8b4060400a8b4060000',
  v2: '02a905030b646174612d726576696577096e757273652d61646103702d31030180f6e9bc01a4ad9b18020100000000030200000004b0ea01b0ea010100000a00e0d4030159aa537e00000080a61d0ac8df020580b899295db29b1b0201000000e0d403040100020000b0ea01b0ea01000290bf050180b89929cab09b1a0201000000a8b40604000000',
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const foldAll = (facts: readonly MinutesFact[]): MinutesDocument => {
  const document = facts.reduce<MinutesDocument | undefined>(
    (held, fact, index) => foldMinutes(held, fact, index * 15_000),
    undefined,
  )
  assert.ok(document)
  return document
}

/** What versions 1 and 2 kept of it: 24 bits of an id, and no word's own. */
const narrowed = ({ monthIndex, devices }: DaysDocument): DaysDocument => ({
  monthIndex,
  devices: devices.map(({ device, readings, retractions }) => ({
    device,
    readings: readings.map((reading) => ({ ...reading, byId: false, idHash: reading.idHash % 2 ** 24 })),
    retractions: retractions.map((word) => ({ ...word, idHash: word.idHash % 2 ** 24, wordHash: 0 })),
  })),
})

describe('the bytes of the days', () => {
  const first = readingFact({ at: monthStart, id: 'a' })
  const clockless = readingFact({
    at: monthStart + DAY,
    id: 'b',
    clockQuality: 'receipt',
    receivedAt: monthStart + 25 * HOUR,
  })
  const document = [first, clockless, retractionFact(first)].reduce<DaysDocument | undefined>(
    (held, fact, index) => foldDays(held, fact, index * 15_000),
    undefined,
  )

  test('of every version are read for ever, and written in the newest', () => {
    assert.ok(document)
    for (const hex of [days.v1, days.v2]) assert.deepEqual(decodeDays(bytesOf(hex)), narrowed(document))
    assert.deepEqual(decodeDays(bytesOf(days.v3)), document)
    assert.equal(hexOf(encodeDays(document)), days.v4)
    for (const hex of Object.values(days)) {
      const read = decodeDays(bytesOf(hex))
      assert.deepEqual(decodeDays(encodeDays(read)), read)
      // what an earlier version kept is known again when it is folded once more
      assert.deepEqual(foldDays(read, clockless, 15_001), read)
    }
  })

  test('of readings that were named, told a user or bear their device’s clock are read for ever as well', () => {
    const from = monthStart + 2 * DAY
    const held = [
      readingFact({ at: from, id: 'c', recordId: 'r', userSlot: 2 }),
      readingFact({ at: from + DAY, id: 'd', userSlot: 0 }),
      readingFact({ at: from + 2 * DAY, id: 'e', recordId: 's' }),
    ].reduce<DaysDocument | undefined>(
      (before, fact, index) => foldDays(before, fact, index * 15_000),
      undefined,
    )
    assert.ok(held)
    for (const hex of [named.v3, named.v4]) assert.deepEqual(decodeDays(bytesOf(hex)), held)
    assert.equal(hexOf(encodeDays(held)), named.v4)
    const ahead = readingFact({
      at: from,
      id: 'f',
      clockQuality: 'estimated',
      deviceTime: from + 11 * MINUTE,
      userSlot: 1,
    })
    const told = foldDays(undefined, ahead, 7)
    assert.equal(told.devices[0]?.readings[0]?.deviceSecond, (from + 11 * MINUTE) / 1000)
    assert.equal(hexOf(encodeDays(told)), named.clock)
    assert.deepEqual(decodeDays(bytesOf(named.clock)), told)
  })
})

describe('the bytes of the days, with every width and every code of version 1', () => {
  const MINUTE_S = 60
  const start = monthStart / 1000
  // [minutes after the month began, id, lag, delay, clock quality, offset]
  const rows = [
    [0, 'a', 0, 0, 'synced', 0],
    [2, 'b', 1, 0, 'offset', 100],
    [300, 'c', 90, 0, 'synced', 70_000],
    [301, 'd', 89, 0, 'estimated', 70_001],
    [2000, 'e', -2, 3, 'synced', 20_000_000],
    [40_000, 'f', 120, 0, 'receipt', 2 ** 40],
    [40_100, 'g', 0, 1, 'synced', 2 ** 40 - 5],
  ] as const
  const hex =
    '01a9050106637566662d3107010000c82900057a022dc86cdc45b42c182202b4010a36922402fc398e010600229eee801303bf3dca227a270c80ccf6ecff3ff001c072170002e426097a022d0c9edb9d0e65'

  test('are read as they were folded', () => {
    const document = rows.reduce<DaysDocument | undefined>(
      (held, [minutes, id, lag, delay, clockQuality, offset]) => {
        const at = monthStart + minutes * MINUTE + (minutes % 7) * 1000
        const receivedAt = at + lag * MINUTE
        const fact = readingFact({
          id,
          at,
          receivedAt,
          recordedAt: receivedAt + delay * MINUTE,
          clockQuality,
        })
        const folded = foldDays(held, fact, offset)
        return id === 'b' ? foldDays(folded, retractionFact(fact), 101) : folded
      },
      undefined,
    )
    assert.ok(document)
    assert.deepEqual(decodeDays(bytesOf(hex)), narrowed(document))
    assert.deepEqual(
      document.devices[0]?.readings.map(({ second }) => second - start),
      rows.map(([minutes]) => minutes * MINUTE_S + (minutes % 7)),
    )
  })

  test('are refused where a number is out of range', () => {
    const one = '01a9050106637566662d310100'
    // flags: lag here, time one byte, offset one byte; then time, hash, offset, lag
    assert.equal(decodeDays(bytesOf(`${one}0c0000000000`)).devices[0]?.readings[0]?.uploadMinute, start / 60)
    assert.equal(decodeDays(bytesOf(`${one}0000000000`)).devices[0]?.readings[0]?.offset, 0)
    assert.throws(() => decodeDays(bytesOf(`${one}0c0000000100`)), /out of range/)
    assert.throws(() => decodeDays(bytesOf(`${one}0c00000000ffffffff7f`)), /out of range/)
  })
})

describe('the bytes of the minutes', () => {
  const byHand = foldAll([worked('2026-10-05', 700), called('2026-10-05')])
  const startedAt = Date.UTC(2026, 9, 5, 14)
  const one = timer({ startedAt, epoch: 3 })
  const two = timer({ startedAt: startedAt + DAY, session: 's-2', epoch: 4 })
  const three = timer({ startedAt: startedAt + 2 * DAY, session: 's-3', epoch: 4 })
  const byTimer = foldAll([
    one.started(),
    one.extended(startedAt + 2.5 * MINUTE),
    one.stopped(startedAt + 5 * MINUTE),
    one.amended(startedAt, startedAt + 4 * MINUTE),
    two.started(),
    two.extended(startedAt + DAY + 30_000, 5),
    two.voided(startedAt + DAY + MINUTE),
    three.started(),
  ])

  test('of version 1 are read for ever', () => {
    assert.deepEqual(decodeMinutes(bytesOf(minutes.v1)), byHand)
    const voided = minutes.v1.replace('011b80', '011f80').replace('c0b9550000', 'c0b955000018a401')
    const [entry] = decodeMinutes(bytesOf(voided)).sessions
    assert.deepEqual(entry?.voided, { recordedMinute: startedAt / MINUTE + 12, offset: 164 })
    assert.throws(() => decodeMinutes(bytesOf(voided.replace('011f80', '012080'))), /a flag is unknown/)
    const read = decodeMinutes(bytesOf(timers.v1))
    const shown = (document: MinutesDocument) => {
      const { sessions, refused } = resolveSessions([document], monthEnd)
      return [...sessions, ...refused.map(({ session }) => session)].map(
        ({ entry: _entry, proofOffset: _proof, ...session }) => session,
      )
    }
    assert.deepEqual(shown(read), shown(byTimer))
    const run = (epoch: number, until: number, stopped: boolean, offset: number) => {
      const minute = Math.floor(until / MINUTE)
      return [{ epoch, lag: 0, from: minute, to: minute, until, stopped, offset }]
    }
    assert.deepEqual(
      read.sessions.map(({ opening, proofs }) => [opening?.epoch, proofs]),
      [
        [3, run(3, startedAt + 5 * MINUTE, true, 30_000)],
        // the lease under which it was started was not kept
        [5, run(5, startedAt + DAY + 30_000, false, 75_000)],
        [4, []],
      ],
    )
  })

  test('of version 2 are written and read for ever', () => {
    for (const [hex, document] of [
      [minutes.v2, byHand],
      [timers.v2, byTimer],
    ] as const) {
      assert.equal(hexOf(encodeMinutes(document)), hex)
      assert.deepEqual(decodeMinutes(bytesOf(hex)), document)
    }
  })
})
