import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import { enrolmentOf, type RecordedFact } from '../../src/index.ts'

const envelope = { v: 1, tenant: 'riverside', at: 5_000, by: 'user:nurse-ada' } as const
const opened: Fact = {
  ...envelope,
  id: 'open',
  type: 'episode.opened',
  data: { patient: 'p-1', episode: 'e-1', openedAt: 1_000, setUpAt: 1_500 },
}
const setUp = (doneAt: number, episode = 'e-1'): Fact => ({
  ...envelope,
  id: `set-up-${doneAt}`,
  type: 'set-up.done',
  data: { patient: 'p-1', episode, doneAt, doneBy: 'nurse-ada' },
})

const episodes = (facts: readonly Fact[]) => {
  const recorded = facts.map((fact, offset): RecordedFact => ({ fact, offset }))
  const file = { models: [], staff: new Map<string, string>(), established: true }
  return enrolmentOf(recorded, { tenant: 'riverside', patient: 'p-1', asOf: 10_000, file }).episodes
}

test('a set-up that was done says when, over what the opening said; the first of two holds, before or after the opening', () => {
  assert.equal(episodes([opened])[0]?.setUpAt, 1_500)
  assert.equal(episodes([opened, setUp(2_000), setUp(3_000)])[0]?.setUpAt, 2_000)
  assert.equal(episodes([setUp(2_000), opened])[0]?.setUpAt, 2_000)
  assert.equal(episodes([opened, setUp(2_000, 'e-2')])[0]?.setUpAt, 1_500)
})
