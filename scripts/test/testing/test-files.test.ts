import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTestFiles, special } from '../../testing/test-files.ts'

const all = (...filters: string[]): string[] => Object.values(findTestFiles(filters)).flat()

for (const part of Object.values(special).flat())
  test(`there are tests at ${part}, which is said to run in a way of its own`, () => {
    assert.notDeepEqual(all(part), [])
  })

test('every file runs once, but for those that only the nightly run has, or who names them', () => {
  const found = all()
  assert.equal(new Set(found).size, found.length)
  const lengthy = all(...special.lengthy)
  assert.deepEqual(
    found.toSorted(),
    all('.test.ts')
      .filter((file) => !lengthy.includes(file))
      .toSorted(),
  )
})

test('what takes longest begins first, and what waits before what is short', () => {
  const { heavy, light } = findTestFiles([])
  assert.match(heavy[0]!, /kafka-redis/)
  assert.match(light[0]!, /redis-cluster-views/)
})
