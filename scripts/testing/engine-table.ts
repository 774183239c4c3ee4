import { existsSync, readFileSync } from 'node:fs'
import type { Obtained } from '@cufflink/testkit'

/** A line of the file that test files write: which engine one of them ran against. */
export type Exercise = { readonly engine: string; readonly version: string; readonly testFile: string }

/** What the test files recorded. */
export function readExercises(log: string): readonly Exercise[] {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Exercise) // written by `exercised`
}

/** The table that ends a run: each engine, its version, and how many test files really ran against it. */
export function engineTable(engines: readonly Obtained[], exercises: readonly Exercise[]): readonly string[] {
  const obtained = engines.map((engine) => [
    engine.engine,
    versionText(engine),
    filesText(engine.engine, exercises),
  ])
  const names = new Set(engines.map(({ engine }) => engine))
  const others = new Map(
    exercises.filter(({ engine }) => !names.has(engine)).map(({ engine, version }) => [engine, version]),
  )
  const builtIn = [...others].map(([engine, version]) => [engine, version, filesText(engine, exercises)])
  const rows = [['engine', 'version', ''], ...obtained, ...builtIn]
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return [
    '',
    ...rows.map(([a = '', b = '', c = '']) =>
      `${a.padEnd(width(0))} | ${b.padEnd(width(1))} | ${c}`.trimEnd(),
    ),
    '',
  ]
}

const versionText = (engine: Obtained): string =>
  engine.outcome === 'missing' ? `missing: ${engine.how}` : engine.version

function filesText(engine: string, exercises: readonly Exercise[]): string {
  const files = new Set(
    exercises.filter((exercise) => exercise.engine === engine).map(({ testFile }) => testFile),
  )
  return `exercised by ${files.size} test ${files.size === 1 ? 'file' : 'files'}`
}
