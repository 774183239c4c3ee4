import type { Ledger } from './port.ts'

const LOOK_EVERY_MS = 10

/** Resolves when nothing is on its way to the ledger any more: the producer's stage of a stop. */
export async function flushed(ledger: Pick<Ledger, 'queued'>): Promise<void> {
  while (ledger.queued > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
}
