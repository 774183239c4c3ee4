export { type Account, type Accounts, openAccounts } from './accounts.ts'
export { backUpLedger, type LedgerCopy, type Restored, restoreLedger } from './backup.ts'
export { EMPTY_HEAD, headAfter } from './chain.ts'
export { flushed } from './flushed.ts'
export { followOnce, followRecords, followToEnd, readableFact } from './follow-to-end.ts'
export { isPossibleNow } from './host-clock.ts'
export type { KafkaLedgerOptions } from './kafka/ledger.ts'
export { openKafkaLedger } from './kafka/ledger.ts'
export { createOutcomes, type Outcomes } from './outcomes.ts'
export { partitionOf } from './partitioner.ts'
export type { Follower, Following, Ledger, LedgerBatch, LedgerRecord, Place, Position } from './port.ts'
export {
  hadSeveralPatients,
  openRegistry,
  patientAt,
  type RegisteredDevice,
  type Registry,
} from './registry.ts'
export {
  joinLedger,
  type LedgerInvitation,
  type LedgerSettings,
  ledgerVariables,
  openLedger,
  openSharedLedger,
} from './settings.ts'
export type { SqliteLedger, SqliteLedgerOptions } from './sqlite/ledger.ts'
export { joinSqliteLedger, openSqliteLedger } from './sqlite/ledger.ts'
export { type LedgerReader, openSqliteReader } from './sqlite/reader.ts'
