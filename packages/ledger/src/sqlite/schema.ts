import { DatabaseSync } from 'node:sqlite'
import { type TopicName, topicNames } from '@cufflink/contracts'

/** The number a topic has in the file. Appended to, never reordered. */
export const topicNumber = (topic: TopicName): number => topicNames.indexOf(topic)

/**
 * Opens the ledger's file for writing: WAL, so that readers never wait for the writer, and synchronous FULL, so that a
 * commit has reached the disk when it returns (design rule 1). Checkpoints are made larger than the default 1,000 pages:
 * each costs two fsyncs that a PUBACK would wait for.
 */
export function openForWriting(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS facts (
      topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
      key TEXT NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (topic, partition, offset)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS marks (
      topic INTEGER NOT NULL, partition INTEGER NOT NULL, running_ms INTEGER NOT NULL, end INTEGER NOT NULL,
      PRIMARY KEY (topic, partition, running_ms)
    ) STRICT, WITHOUT ROWID;
  `)
  return database
}

/** Opens the file for reading beside the writer. */
export const openForReading = (path: string): DatabaseSync => new DatabaseSync(path, { readOnly: true })
