import { DatabaseSync } from 'node:sqlite'

/** Raised with every change of the tables. A file of another version is emptied and filled again from the ledger. */
const SCHEMA_VERSION = 3

/**
 * Opens the file of the views. WAL, so that a reader never waits for the writer. Synchronous NORMAL: after a loss of power the
 * last commits may be gone, whole and in order. That is a rollback to an older watermark with the documents that belong to it,
 * and the ledger is applied again from there; an fsync per batch would buy nothing. Checkpoints are made larger than the
 * default 1,000 pages, which two batches fill.
 */
export function openViewsFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;')
    if (database.prepare('PRAGMA user_version').get()?.['user_version'] !== SCHEMA_VERSION) create(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const create = (database: DatabaseSync): void =>
  database.exec(`
    BEGIN IMMEDIATE;
    DROP TABLE IF EXISTS watermarks;
    DROP TABLE IF EXISTS documents;
    DROP TABLE IF EXISTS members;
    DROP TABLE IF EXISTS leases;
    CREATE TABLE watermarks (shard TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE documents (shard TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (shard, key)) STRICT;
    CREATE TABLE members (
      shard TEXT NOT NULL, name TEXT NOT NULL, member TEXT NOT NULL,
      PRIMARY KEY (shard, name, member)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE leases (
      shard TEXT NOT NULL, name TEXT NOT NULL,
      epoch INTEGER NOT NULL, holder TEXT, note TEXT NOT NULL, since INTEGER NOT NULL, ends INTEGER NOT NULL,
      PRIMARY KEY (shard, name)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `)
