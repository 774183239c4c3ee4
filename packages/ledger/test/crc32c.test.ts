import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { crc32c } from '../src/kafka/crc32c.ts'

test('gives the checksums of RFC 3720, appendix B.4', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, n) => 31 - n)), 0x113fdb5c)
})

test('a part of the bytes has the checksum that it has alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
      const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
      assert.equal(crc32c(bytes, start, end), crc32c(bytes.slice(start, end)))
    }),
  )
})
