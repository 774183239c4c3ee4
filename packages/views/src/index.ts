export {
  CLINICIAN_PART,
  claimsKey,
  clinicianMonthsOf,
  closingsOf,
  decodeFactList,
  decodeQueue,
  encodeFactList,
  encodeQueue,
  type FactList,
  fileKey,
  foldFactList,
  foldQueue,
  type ListedFact,
  movingShard,
  notMovedKey,
  PRACTICES,
  patientsOf,
  practiceKey,
  type Queue,
  type QueueItem,
  type QueueName,
  queueKey,
  recordKey,
  rowsOf,
} from './chart-documents.ts'
export { type DocumentCache, documentCache } from './document-cache.ts'
export { type FollowedShard, type FollowedShardOptions, followedShard } from './followed-shard.ts'
export type { Claim, Lease, Leases, Renewal, Taken } from './leases.ts'
export { decodeMark, FOLD, type FoldAgain, LEDGER_MARK, type LedgerMark } from './ledger-mark.ts'
export { openLiveViews, UNREAD_AFTER_MS } from './live-views.ts'
export type {
  AsOf,
  Change,
  Commit,
  CommitOutcome,
  Counts,
  DocumentWrite,
  Evaluated,
  Evaluations,
  Generations,
  Shard,
  Tally,
  Views,
  Watcher,
} from './port.ts'
export { openRedisViews, type RedisViewsOptions } from './redis/views.ts'
export { openViews, type ViewsEngine, type ViewsSettings, viewsEngine, viewsVariables } from './settings.ts'
export { openSqliteViews, type SqliteViewsOptions } from './sqlite/views.ts'
export type { RememberedFact } from './verify-facts.ts'
export {
  type LedgerFault,
  type PartitionHead,
  type Remembered,
  type Verified,
  verifyLedger,
  type Witness,
  witnessesOf,
} from './verify-ledger.ts'
