import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Practice } from '@cufflink/charts'
import type { FactOf } from '@cufflink/contracts'
import { requireUnlocked } from '../../src/commands/under-lock.ts'
import { at, HOUR_MS } from '../charts-fixture.ts'

const zone = 'America/New_York'
const from = '2025-12-15'
const to = '2026-01-13'

/** A patient's claims as they are filed: by the year in which a line ends. */
const locked: FactOf<'claim.locked'> = {
  id: 'lock',
  type: 'claim.locked',
  v: 1,
  tenant: 'riverside',
  at: 0,
  by: 'user:bill',
  data: { patient: 'p-1', code: '99091', from, to, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' },
}
const commands = {
  practices: { get: async () => ({ zone }) as Practice },
  documents: {
    activity: async (
      _practice: string,
      _patient: string,
      { claims = [] }: { claims?: readonly string[] },
    ) => ({
      file: [],
      minutes: [],
      records: [],
      claims: claims.includes(to.slice(0, 4)) ? [{ fact: locked, offset: 0 }] : [],
    }),
  },
} as unknown as Parameters<typeof requireUnlocked>[0]

const change = (date: string) => {
  const start = at(date, '10:00')
  const spans = [{ start, end: start + HOUR_MS }]
  return requireUnlocked(
    commands,
    { practice: 'riverside', patient: 'p-1' },
    { spans, acknowledgeLocked: undefined },
  )
}

for (const date of [from, '2025-12-20', '2026-01-02', to])
  test(`time of ${date} lies under a line that is locked over the year's end`, () =>
    assert.rejects(change(date), { code: 'TIME_LOCKED' }))

test('time before and after that line lies under none', async () => {
  await change('2025-12-14')
  await change('2026-01-14')
})
