import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentCache } from '../src/index.ts'

const CAPACITY = 10_000

test('of documents of a single byte not as many are kept as it has bytes: their keys weigh too', () => {
  const cache = documentCache<number>(CAPACITY)
  const keys = Array.from({ length: CAPACITY }, (_, number) => `late:riverside/p-${number}`)
  keys.forEach((key, number) => cache.keep(key, number, 1))
  const kept = keys.filter((key) => cache.get(key) !== undefined)
  assert.deepEqual(kept, keys.slice(-kept.length), 'the last ones')
  assert.ok(kept.length > 10 && kept.length < CAPACITY / 50, `${kept.length} kept`)
})
