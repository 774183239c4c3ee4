/** What became of the messages since the start. At every moment received = recorded + parked + rejected + failed + inFlight. */
export type Tally = {
  received: number
  recorded: number
  parked: number
  rejected: number
  /** Not durable when the gateway closed: never acknowledged, the device sends it again. */
  failed: number
  inFlight: number
}

export const createTally = (): Tally => ({
  received: 0,
  recorded: 0,
  parked: 0,
  rejected: 0,
  failed: 0,
  inFlight: 0,
})
