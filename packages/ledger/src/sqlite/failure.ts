import { CufflinkError, type ErrorCode, failure } from '@cufflink/contracts'

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html. */
const codes: Readonly<Record<number, ErrorCode>> = {
  5: 'LEDGER_UNAVAILABLE', // SQLITE_BUSY
  8: 'STATE_UNWRITABLE', // SQLITE_READONLY
  10: 'STATE_UNWRITABLE', // SQLITE_IOERR
  11: 'LEDGER_DAMAGED', // SQLITE_CORRUPT
  13: 'STATE_UNWRITABLE', // SQLITE_FULL
  14: 'STATE_UNWRITABLE', // SQLITE_CANTOPEN
  26: 'LEDGER_DAMAGED', // SQLITE_NOTADB
}

/** The primary result code of an error of SQLite; node:sqlite gives the extended one, whose low byte it is. */
const resultCode = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

/** Whether SQLite cannot read the file as a database. */
export const isDamage = (error: unknown): boolean => codes[resultCode(error)] === 'LEDGER_DAMAGED'

/** What an error of SQLite means for the ledger's file; any other error as it is. `detail` says which file. */
export function sqliteFailure(cause: unknown, detail: string): unknown {
  const code = codes[resultCode(cause)]
  return cause instanceof CufflinkError || code === undefined ? cause : failure(code, { detail, cause })
}

/** Runs an operation on a file and translates what SQLite throws. */
export function onFile<Value>(path: string, operation: () => Value): Value {
  try {
    return operation()
  } catch (error) {
    throw sqliteFailure(error, `The file is ${path}.`)
  }
}
