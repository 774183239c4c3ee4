import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTokenBucket } from '../src/index.ts'

const options = { capacity: 100, perSecond: 10, deepestDebt: 200 }

test('is full at first and never holds more', () => {
  const bucket = createTokenBucket(options, 0)
  assert.equal(bucket.level(0), 100)
  assert.equal(bucket.level(1e9), 100)
})

test('what is taken comes back at its rate; more than it holds is a debt', () => {
  const bucket = createTokenBucket(options, 0)
  bucket.take(150, 0)
  assert.equal(bucket.level(0), -50)
  assert.equal(bucket.level(4_000), -10)
  assert.equal(bucket.level(5_500), 5)
})

test('a debt has an end', () => {
  const bucket = createTokenBucket(options, 0)
  bucket.take(1e9, 0)
  assert.equal(bucket.level(20_000), 0)
})
