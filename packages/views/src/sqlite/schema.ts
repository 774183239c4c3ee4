import { DatabaseSync } from 'node:sqlite'

/**
 * Opens a file of the views. WAL, so that a reader never waits for the writer. Synchronous NORMAL: after a loss of power the
 * last commits may be gone, whole and in order. That is a rollback to an older watermark with the documents that belong to it,
 * and the ledger is applied again from there; an fsync per batch would buy nothing. Checkpoints are made larger than the
 * default 1,000 pages, which two batches fill.
 */
function openFile(path: string, { version, tables }: { version: number; tables: string }): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;')
    if (database.prepare('PRAGMA user_version').get()?.['user_version'] !== version) create(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }

  function create(file: DatabaseSync): void {
    const names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    const drops = names.map(({ name }) => `DROP TABLE IF EXISTS ${name as string};`).join(' ')
    file.exec(`BEGIN IMMEDIATE; ${drops} ${tables} PRAGMA user_version = ${version}; COMMIT;`)
  }
}

/**
 * The file of one generation. Its version is raised with every change of the tables: a file of another version is emptied, and filled again
 * from the ledger.
 */
export const openGeneration = (path: string): DatabaseSync =>
  openFile(path, {
    version: 9,
    tables: `
    CREATE TABLE watermarks (shard TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE documents (shard TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (shard, key)) STRICT;
    CREATE TABLE members (
      shard TEXT NOT NULL, name TEXT NOT NULL, member TEXT NOT NULL,
      PRIMARY KEY (shard, name, member)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE held (since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
    CREATE TABLE marks (partition INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
    CREATE TABLE marked (
      partition INTEGER NOT NULL, patient TEXT NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (partition, patient)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE late (
      partition INTEGER NOT NULL, name TEXT NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (partition, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX late_in_order ON late (partition, mark, name);
    CREATE TABLE due (
      partition INTEGER NOT NULL, patient TEXT NOT NULL, instant INTEGER NOT NULL, PRIMARY KEY (partition, patient)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX due_by_instant ON due (partition, instant);
    CREATE TABLE tallies (
      partition INTEGER NOT NULL, patient TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (partition, patient, field)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counts (
      partition INTEGER NOT NULL, practice TEXT NOT NULL, state TEXT NOT NULL, patients INTEGER NOT NULL,
      PRIMARY KEY (partition, practice, state)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counted (
      partition INTEGER NOT NULL, patient TEXT NOT NULL, states TEXT NOT NULL, PRIMARY KEY (partition, patient)
    ) STRICT, WITHOUT ROWID;`,
  })

/** The file of what has no generation: leases, and which generation is live. */
export const openLeases = (path: string): DatabaseSync =>
  openFile(path, {
    version: 1,
    tables: `
    CREATE TABLE leases (
      shard TEXT NOT NULL, name TEXT NOT NULL,
      epoch INTEGER NOT NULL, holder TEXT, note TEXT NOT NULL, since INTEGER NOT NULL, ends INTEGER NOT NULL,
      PRIMARY KEY (shard, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE generation (live INTEGER NOT NULL) STRICT;
    INSERT INTO generation VALUES (1);`,
  })
