import type { FactOf } from '@cufflink/contracts'

/** An invented fact: patient `p-<n>` of practice `t` was enrolled. */
export const enrolled = (n: number, zone = 'America/New_York'): FactOf<'patient.enrolled'> => ({
  id: `enrol-${n}`,
  type: 'patient.enrolled',
  v: 1,
  tenant: 't',
  at: 1_790_000_000_000,
  by: 'user:tester',
  data: { patient: `p-${n}`, name: `Patient ${n}`, zone, enrolledAt: 1_790_000_000_000 },
})
