import { CufflinkError } from '@cufflink/contracts'

/** Changes of one record that cross, each of which costs those that lose to it another round. */
const ROUNDS = 8

/**
 * Decides on the record as it stands and saves what follows; when another change came first, on the one that holds then.
 * `part` tells the facts of each round apart.
 * @throws {CufflinkError} VERSION_CONFLICT after too many rounds, and what `decideAndSave` throws
 */
export async function onWhatHolds(decideAndSave: (part: string) => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      return await decideAndSave(round === 0 ? '' : `round-${round}`)
    } catch (error) {
      const isLost = error instanceof CufflinkError && error.code === 'VERSION_CONFLICT'
      if (!isLost || round === ROUNDS) throw error
    }
  }
}
