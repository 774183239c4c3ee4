/** What came of tests. `notRun` names those that were skipped or lacked an engine, each with the reason. */
export type Outcome = { readonly passed: number; readonly failed: number; readonly notRun: readonly string[] }

export const nothing: Outcome = { passed: 0, failed: 0, notRun: [] }

/** The outcomes of several parts of a run as one. */
export const sum = (parts: readonly Outcome[]): Outcome => ({
  passed: parts.reduce((total, { passed }) => total + passed, 0),
  failed: parts.reduce((total, { failed }) => total + failed, 0),
  notRun: parts.flatMap(({ notRun }) => notRun),
})
