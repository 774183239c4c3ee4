import { holdingPromises } from './lease-holding.ts'
import { takingPromises } from './lease-taking.ts'

/** Everything leases promise, by name, so that a test can also show a promise broken. */
export const leasePromises = { ...takingPromises, ...holdingPromises } as const

/** The promises that a renewal which does not compare epochs breaks. */
export const brokenWithoutEpochs = [
  'of many racing takers each has an epoch of its own, and the last one the lease',
  'who had a lease that was taken can neither renew nor release it',
  '2,000 leases are renewed in one call, which tells those that are lost',
  'a released lease is gone, and is not renewed',
  'the newer epoch wins where the engine fell back to an older one',
  'after everything was lost a renewal puts a lease back, and who takes it has a higher epoch',
] as const satisfies readonly (keyof typeof leasePromises)[]
