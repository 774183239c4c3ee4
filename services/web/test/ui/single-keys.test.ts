import assert from 'node:assert/strict'
import { test } from 'node:test'
import { singleKeysIn } from '../../src/ui/single-keys.ts'

const ada = { practice: 'cedar', user: 'ada' }

test('single keys are on until a person turns them off, for that person only', () => {
  const items = new Map<string, string>()
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
    removeItem: (key: string) => void items.delete(key),
  }
  assert.ok(singleKeysIn(storage, ada).areOn())
  singleKeysIn(storage, ada).turn(false)
  assert.ok(!singleKeysIn(storage, ada).areOn())
  assert.ok(singleKeysIn(storage, { ...ada, user: 'ben' }).areOn())
  assert.ok(singleKeysIn(storage, { ...ada, practice: 'riverside' }).areOn())
  singleKeysIn(storage, ada).turn(true)
  assert.ok(singleKeysIn(storage, ada).areOn())
})

test('a browser that refuses to store leaves them on', () => {
  const refuses = (): never => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const keys = singleKeysIn({ getItem: refuses, setItem: refuses, removeItem: refuses }, ada)
  keys.turn(false)
  assert.ok(keys.areOn())
})
