/** What came of tests. */
export type Outcome = {
  readonly passed: number
  readonly failed: number
  /** The text of each failure, to be said once more as the run ends. */
  readonly failures: readonly string[]
  /** The tests that were skipped or lacked an engine, each with the reason. */
  readonly notRun: readonly string[]
}

export const nothing: Outcome = { passed: 0, failed: 0, failures: [], notRun: [] }

/** The outcomes of several parts of a run as one. */
export const sum = (parts: readonly Outcome[]): Outcome => ({
  passed: parts.reduce((total, { passed }) => total + passed, 0),
  failed: parts.reduce((total, { failed }) => total + failed, 0),
  failures: parts.flatMap(({ failures }) => failures),
  notRun: parts.flatMap(({ notRun }) => notRun),
})

/** Those who read a log often see its end only: 150 lines leave room for the table of engines in the last 200. */
const SAID_AGAIN = 150
const FEWEST_LINES = 4

/** The lines that say each failure again, none longer than its share of what the end of a log has room for. */
export function failuresAgain({ failures }: Outcome): readonly string[] {
  if (failures.length === 0) return []
  const share = Math.max(FEWEST_LINES, Math.floor(SAID_AGAIN / failures.length))
  return ['', 'What failed, once more:', ...failures.flatMap((text) => shortened(text.split('\n'), share))]
}

// An error says what it is in its first lines and what caused it in its last; a program says at last why it ended.
function shortened(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines
  const first = Math.ceil((most - 1) / 2)
  const last = most - 1 - first
  return [
    ...lines.slice(0, first),
    `    … ${lines.length - first - last} lines, above in full …`,
    ...lines.slice(lines.length - last),
  ]
}
