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
import { monthStart, readingFact, retractionFact } from '../invented/arbitrary.ts'
import { called, DAY, HOUR, MINUTE, worked } from '../invented/facts.ts'
import { timer } from '../invented/timers.ts'

// Bytes as views hold them, taken apart by hand with the layouts at the head of the codecs. Where they change, the version is raised: views that hold others are folded again from the ledger.
const days =
  '06a9050106637566662d3102010201000000c8290000c00c0601014f80510178022d0c01cb3075c00c00c8290c160cae27009cdb9d0eb0ea01'
/** Readings that were named, told a user, or bear what a clock showed that was not believed. */
const named = {
  told: '06a9050106637566662d3103000601014000460500220cba7e60eac00c1201014080f40392243075c00c3601014000a302b42c0c44890000c00c',
  clock: '06a9050106637566662d3101002a01014200a3027a270ca5d0a80a0e00c00c',
}
const minutes =
  '02a905030b646174612d726576696577096e757273652d61646103702d31010980f6e9bc019f050a2b020100001600c0b9550000010180998ebb01631c752a0201c0fc1510069875'
const timers =
  '02a905030b646174612d726576696577096e757273652d61646103702d31030180f6e9bc01a4ad9b18020100000000030200000004b0ea01b0ea010100000a00e0d4030159aa537e00000080a61d0ac8df020580b899295db29b1b0201000000e0d403040100020000b0ea01b0ea01000290bf050180b89929cab09b1a0201000000a8b40604000000'

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

  test('are written and read as they stand', () => {
    assert.ok(document)
    assert.equal(hexOf(encodeDays(document)), days)
    assert.deepEqual(decodeDays(bytesOf(days)), document)
  })

  test('of another version are not read', () => {
    for (const version of ['00', '05', '07'])
      assert.throws(() => decodeDays(bytesOf(version + days.slice(2))), /its version is unknown/)
  })

  test('of readings that were named, told a user or bear their device’s clock are written and read as they stand', () => {
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
    assert.deepEqual(decodeDays(bytesOf(named.told)), held)
    assert.equal(hexOf(encodeDays(held)), named.told)
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

  test('are written and read as they stand', () => {
    for (const [hex, document] of [
      [minutes, byHand],
      [timers, byTimer],
    ] as const) {
      assert.equal(hexOf(encodeMinutes(document)), hex)
      assert.deepEqual(decodeMinutes(bytesOf(hex)), document)
    }
  })

  test('of another version are not read', () => {
    for (const version of ['01', '03'])
      assert.throws(() => decodeMinutes(bytesOf(version + minutes.slice(2))), /its version is unknown/)
  })
})
