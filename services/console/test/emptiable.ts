import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Engines, openEngines } from './console-fixture.ts'

export type EmptiableEngines = Engines & {
  /** Everything that the views hold is lost: documents, watermarks and leases. */
  emptyViews(): Promise<void>
}

/** Embedded engines whose views can be emptied. */
export async function openEmptiable(): Promise<EmptiableEngines> {
  const engines = await openEngines()
  return {
    ...engines,
    async emptyViews() {
      const database = new DatabaseSync(join(engines.settings['STATE_DIR']!, 'views.db'))
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      for (const { name } of tables as { name: string }[]) database.exec(`DELETE FROM "${name}"`)
      database.close()
    },
  }
}
