import { hash } from 'node:crypto'
import type { FactOf } from '@cufflink/contracts'
import { type LedgerSettings, openLedger } from '@cufflink/ledger'
import { DEVICES } from './load.ts'

const REGISTERED_AT = Date.UTC(2021, 0, 1)

const common = {
  LEDGER_PARTITIONS: 8,
  KAFKA_TOPIC_PREFIX: 'bench.',
  KAFKA_REPLICATION_FACTOR: 1,
  KAFKA_MIN_INSYNC_REPLICAS: 1,
  LEDGER_CLOCK_CHECKED: false,
  KAFKA_CHECK_TOPICS_MS: 60_000,
}
export const sqlite = (dir: string): LedgerSettings => ({
  ...common,
  LEDGER_ENGINE: 'sqlite',
  STATE_DIR: dir,
  KAFKA_BROKERS: [],
})
export const kafkaOf = (brokers: readonly string[]): LedgerSettings => ({
  ...common,
  LEDGER_ENGINE: 'kafka',
  STATE_DIR: '',
  KAFKA_BROKERS: [...brokers],
})

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
