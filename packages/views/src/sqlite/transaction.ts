import type { DatabaseSync } from 'node:sqlite'
import { failure } from '@cufflink/contracts'

/** Makes an operation whole or not at all. `BEGIN IMMEDIATE` begins as a writer: no one writes between what it reads and what it writes. */
export type Transaction = <Value>(
  begin: 'BEGIN' | 'BEGIN IMMEDIATE',
  operation: () => Value,
) => Promise<Value>

export const transactionsOn =
  (database: DatabaseSync): Transaction =>
  (begin, operation) =>
    attempt(() => {
      database.exec(begin)
      try {
        const value = operation()
        database.exec('COMMIT')
        return value
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK')
      }
    })

/** @throws {CufflinkError} VIEWS_UNAVAILABLE with the cause */
export async function attempt<Value>(operation: () => Value): Promise<Value> {
  try {
    return operation()
  } catch (cause) {
    throw failure('VIEWS_UNAVAILABLE', { cause })
  }
}
