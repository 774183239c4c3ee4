import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Engines, openEngines } from './console-fixture.ts'

export type EmptiableEngines = Engines & {
  /** Everything that the views hold is lost: documents, watermarks and leases. */
  emptyViews(): Promise<void>
  /** What the views hold of readings is lost; only where the views are one file. */
  loseReadings?(): void
}

/** Embedded engines whose views can be emptied. */
export async function openEmptiable(): Promise<EmptiableEngines> {
  const engines = await openEngines()
  const forget = (where: string): void => {
    const tablesOf = { 'views.db': ['watermarks', 'documents', 'members'], 'leases.db': ['leases'] }
    for (const [name, tables] of Object.entries(tablesOf)) {
      const database = new DatabaseSync(join(engines.settings['STATE_DIR']!, name), { timeout: 2_000 })
      const each = tables.map((table) => `DELETE FROM ${table} ${where};`)
      database.exec(`BEGIN IMMEDIATE; ${each.join(' ')} COMMIT;`)
      database.close()
    }
  }
  return {
    ...engines,
    emptyViews: async () => forget(''),
    loseReadings: () => forget("WHERE shard LIKE 'r:%'"),
  }
}
