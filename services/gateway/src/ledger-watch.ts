import type { Ledger } from '@cufflink/ledger'
import type { Logger } from '@cufflink/runtime'

const LOOK_EVERY_MS = 250

export type LedgerWatchOptions = {
  readonly ledger: Pick<Ledger, 'available'>
  readonly logger: Logger
  /** ms that only go forward. */
  now(): number
}

/** Logs once when the ledger takes no facts, and once when it takes them again, with how long that was. */
export function createLedgerWatch({ ledger, logger, now }: LedgerWatchOptions): { look(): void } {
  let stoppedAt: number | undefined
  return {
    look() {
      const { available } = ledger
      if (!available && stoppedAt === undefined) {
        stoppedAt = now()
        logger.error('the ledger takes no facts: nothing is acknowledged', { code: 'LEDGER_UNAVAILABLE' })
      } else if (available && stoppedAt !== undefined) {
        logger.info('the ledger takes facts again', { ms: Math.round(now() - stoppedAt) })
        stoppedAt = undefined
      }
    },
  }
}

/** Looks all the time, until the returned function is called. */
export function watchLedger(options: LedgerWatchOptions): () => void {
  const { look } = createLedgerWatch(options)
  const looking = setInterval(look, LOOK_EVERY_MS)
  return () => clearInterval(looking)
}
