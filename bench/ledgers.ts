import { hash } from 'node:crypto'
import type { FactOf } from '@cufflink/contracts'
import { type LedgerSettings, ledgerVariables, openLedger } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import { Type } from 'typebox'
import { DEVICES } from './load.ts'

const REGISTERED_AT = Date.UTC(2021, 0, 1)

const benched = (env: Readonly<Record<string, string>>): LedgerSettings =>
  loadConfig(Type.Object(ledgerVariables), { env: { KAFKA_TOPIC_PREFIX: 'bench.', ...env } })

export const sqlite = (dir: string): LedgerSettings => benched({ STATE_DIR: dir })
export const kafkaOf = (brokers: readonly string[]): LedgerSettings =>
  benched({ LEDGER_ENGINE: 'kafka', KAFKA_BROKERS: brokers.join(',') })

export const asEnvironment = (settings: LedgerSettings): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))

/** Puts the generator's devices into the registry. */
export async function register(settings: LedgerSettings): Promise<void> {
  const ledger = await openLedger(settings)
  await Promise.all(Array.from({ length: DEVICES }, (_, index) => ledger.append(device(index))))
  await ledger.close()
}

const device = (index: number): FactOf<'device.registered'> => ({
  id: `bench-${index}`,
  type: 'device.registered',
  v: 1,
  tenant: 'bench',
  at: REGISTERED_AT,
  by: 'service:bench',
  data: {
    device: `dev-${index}`,
    model: 'BPM',
    secretDigest: hash('sha256', `secret-${index}`, 'hex'),
    status: 'active',
    assignments: [{ patient: `p-${index}`, from: REGISTERED_AT }],
  },
})
