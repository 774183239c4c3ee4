export { type DocumentCache, documentCache } from './document-cache.ts'
export {
  type FollowedShard,
  type FollowedShardOptions,
  followedShard,
} from './followed-shard.ts'
export { type Claim, type Lease, type Leases, type Renewal, type Taken } from './leases.ts'
export { decodeMark, FOLD, type FoldAgain, LEDGER_MARK, type LedgerMark } from './ledger-mark.ts'
export { openLiveViews, UNREAD_AFTER_MS } from './live-views.ts'
export {
  type AsOf,
  type Change,
  type Commit,
  type CommitOutcome,
  type Counts,
  type DocumentWrite,
  type Evaluated,
  type Evaluations,
  type Generations,
  type Shard,
  type Tally,
  type Views,
  type Watcher,
} from './port.ts'
export { openRedisViews, type RedisViewsOptions } from './redis/views.ts'
export { openViews, type ViewsEngine, type ViewsSettings, viewsEngine, viewsVariables } from './settings.ts'
export { movingShard, notMovedKey } from './shards.ts'
export { openSqliteViews, type SqliteViewsOptions } from './sqlite/views.ts'
export { type RememberedFact } from './verify-facts.ts'
export {
  type LedgerFault,
  type PartitionHead,
  type Remembered,
  type Verified,
  verifyLedger,
  type Witness,
  witnessesOf,
} from './verify-ledger.ts'
