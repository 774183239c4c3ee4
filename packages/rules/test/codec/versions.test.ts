import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
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
import { monthStart, readingFact, retractionFact } from '../arbitrary.ts'
import { called, DAY, HOUR, worked } from '../patients.ts'

// Bytes that version 1 wrote. They are never edited: a new version is added beside them, and these stay readable.
const days = '01a9050106637566662d3102010000c829009f805101022d0c30757800c8290c9cdb9d0eb0ea01'
const minutes =
  '01a905030b646174612d726576696577096e757273652d61646103702d31011b80f6e9bc019f050a2b02010000160000c0b9550000010180998ebb01631c752a0201c0fc1510069875'

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

describe('version 1', () => {
  test('of the days is written and read as ever', () => {
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
    assert.deepEqual(decodeDays(bytesOf(days)), document)
    assert.deepEqual(document && encodeDays(document), bytesOf(days))
  })

  test('of the minutes is written and read as ever', () => {
    const facts = [worked('2026-10-05', 700), called('2026-10-05')]
    const document = facts.reduce<MinutesDocument | undefined>(
      (held, fact, index) => foldMinutes(held, fact, index * 15_000),
      undefined,
    )
    assert.deepEqual(decodeMinutes(bytesOf(minutes)), document)
    assert.deepEqual(document && encodeMinutes(document), bytesOf(minutes))
  })
})
