export { EMPTY_HEAD, headAfter } from './chain.ts'
export { flushed } from './flushed.ts'
export { type FollowedLedger, followOnce, followRecords, followToEnd, readableFact } from './follow-to-end.ts'
export { isPossibleNow } from './host-clock.ts'
export { type KafkaLedgerOptions, openKafkaLedger } from './kafka/ledger.ts'
export { partitionOf } from './partitioner.ts'
export {
  type Follower,
  type Following,
  type Ledger,
  type LedgerBatch,
  type LedgerRecord,
  type Place,
  type Position,
} from './port.ts'
export {
  joinLedger,
  type LedgerInvitation,
  type LedgerSettings,
  ledgerVariables,
  openLedger,
  openSharedLedger,
} from './settings.ts'
export { backUpLedger, type LedgerCopy, type Restored, restoreLedger } from './sqlite/backup.ts'
export {
  joinSqliteLedger,
  openSqliteLedger,
  type SqliteLedger,
  type SqliteLedgerOptions,
} from './sqlite/ledger.ts'
export { type LedgerReader, openSqliteReader } from './sqlite/reader.ts'
