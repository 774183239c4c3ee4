/** What became of the messages since the start. At every moment received = recorded + parked + rejected + duplicate + failed + inFlight. */
export type Tally = {
  received: number
  recorded: number
  parked: number
  rejected: number
  /** All of it was on the ledger already. */
  duplicate: number
  /** Not durable when the gateway closed: never acknowledged, the device sends it again. */
  failed: number
  inFlight: number
  /** Of the rejected: acknowledged and not kept, for more of the device is kept than may be. */
  notKept: number
}

export const createTally = (): Tally => ({
  received: 0,
  recorded: 0,
  parked: 0,
  rejected: 0,
  duplicate: 0,
  failed: 0,
  inFlight: 0,
  notKept: 0,
})
