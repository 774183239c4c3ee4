import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Practice, usualSettings } from '@cufflink/charts'
import { watchBasis } from '../../src/evaluate/basis.ts'

const practice: Practice = { id: 't', name: 'T', zone: 'UTC', settings: usualSettings, facts: [] }

test('a program that evaluates otherwise stands on something else, of locked lines too', () => {
  const basisOf = (version: number) => {
    const silent = { of: () => [], onChange: () => () => undefined } as never
    const basis = watchBasis({
      accounts: silent,
      registry: silent,
      ledger: { partitionOf: () => 0 },
      views: { generation: 1, members: async () => [], evaluations: {} as never },
      practices: {} as never,
      version,
      partitions: () => [],
      marked: () => undefined,
    })
    const made = { of: basis.of(practice, 'p-1'), locked: basis.ofLocked(practice, 'p-1') }
    basis.close()
    return made
  }
  assert.deepEqual(basisOf(1), basisOf(1))
  assert.notEqual(basisOf(1).of, basisOf(2).of)
  assert.notEqual(basisOf(1).locked, basisOf(2).locked)
})
