import { type ChainRow, chained, GENESIS } from '@cufflink/billing'
import { sha256 } from '../../src/closing/sha256.ts'
import type { Engines } from '../console-fixture.ts'
import { fact, give, month, NOW } from './closing-fixture.ts'

const PATIENTS = 40
/** What is appended at once lies in memory together. */
const AT_ONCE = 8

/** A sealed closing of so many lines, each with evidence of so many bytes. */
export async function lockMany(
  engines: Engines,
  { practice, rows, bytes }: { readonly practice: string; readonly rows: number; readonly bytes: number },
): Promise<void> {
  const closing = `c-${practice}`
  const at = NOW
  let head = GENESIS
  const rowOf = (sequence: number): ChainRow['data'] => {
    const line = { patient: `p-${sequence % PATIENTS}`, code: '99454', from: '2026-03-01', to: '2026-03-30' }
    const billed = { ...line, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' }
    const evidence = { invented: String(sequence).padEnd(bytes, 'x') }
    const row = chained(practice, { ...billed, closing, sequence, previous: head, evidence }, sha256)
    head = row.hash
    return row
  }
  for (let first = 1; first <= rows; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, rows + 1 - first) }, (_, index) => first + index)
    const facts = some.map((sequence) =>
      fact({ type: 'claim.locked', v: 2, tenant: practice, at, data: rowOf(sequence) }),
    )
    await give(engines, facts)
  }
  const seal = { closing, month, count: rows, previous: GENESIS, head }
  await give(engines, [fact({ type: 'month.closed', tenant: practice, at, data: seal })])
}
