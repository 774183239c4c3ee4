export type { Change, Commit, CommitOutcome, DocumentWrite, Shard, Views, Watcher } from './port.ts'
export { openRedisViews, type RedisViewsOptions } from './redis-views.ts'
export {
  decodeRosterEntry,
  encodeRosterEntry,
  PRACTICES,
  patientDocumentKey,
  patientsOf,
  practiceDocumentKey,
  type RosterEntry,
} from './roster.ts'
export { openViews, type ViewsSettings, viewsVariables } from './settings.ts'
export { openSqliteViews, type SqliteViewsOptions } from './sqlite-views.ts'
