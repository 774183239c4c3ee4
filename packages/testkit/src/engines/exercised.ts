import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'

/** An engine a test really ran against: one line of the file named by CUFFLINK_ENGINES_LOG. */
export type Exercise = { readonly engine: string; readonly version: string; readonly testFile: string }

/** Records that this test file ran against an engine, for the table that ends a test run. */
export function exercised(engine: string, version: string): void {
  const log = process.env.CUFFLINK_ENGINES_LOG
  if (log === undefined || log === '') return
  const line: Exercise = { engine, version, testFile: relative(process.cwd(), process.argv[1] ?? '') }
  appendFileSync(log, `${JSON.stringify(line)}\n`)
}
