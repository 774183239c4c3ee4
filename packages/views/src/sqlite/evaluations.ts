import type { DatabaseSync } from 'node:sqlite'
import { patientKey } from '@cufflink/contracts'
import type { Evaluated, Evaluations, Shard, Tally } from '../port.ts'
import { BEHIND } from '../shards.ts'
import { attempt, type Transaction } from './transaction.ts'

export type SqliteEvaluations = Omit<Evaluations, 'watch'> & {
  /** Marks patients, within a transaction that is under way. */
  markWithin(partition: number, patients: readonly string[]): void
  /** Raises late marks, within a transaction that is under way. */
  markLateWithin(partition: number, names: readonly string[]): void
  /** Forgets a partition's tallies and marks their patients, within a transaction that is under way. */
  forgetWithin(partition: number): void
}

export type SqliteEvaluationsOptions = {
  readonly database: DatabaseSync
  readonly transaction: Transaction
  watermark(shard: Shard): number
}

export function sqliteEvaluations(options: SqliteEvaluationsOptions): SqliteEvaluations {
  const { database, transaction, watermark } = options
  const statements = prepare(database)

  function markWithin(partition: number, patients: readonly string[]): void {
    if (patients.length === 0) return
    const mark = statements.raise.get(partition)?.['last'] as number
    for (const patient of patients) statements.mark.run(partition, patient, mark)
  }

  function markLateWithin(partition: number, names: readonly string[]): void {
    if (names.length === 0) return
    const mark = statements.raise.get(partition)?.['last'] as number
    for (const name of names)
      statements.markLate.run(partition, name, name.endsWith('/all') ? mark - BEHIND : mark)
  }

  function conclude(
    partition: number,
    { tenant, patient, mark, asOf, tally, states, due, late = [] }: Evaluated,
  ): 'written' | 'older' {
    const name = patientKey(tenant, patient)
    for (const topic of ['readings', 'activity'] as const)
      if (watermark({ topic, partition }) < asOf[topic]) return 'older'
    const held = read(partition, name)
    if (Number(held['asOfReadings'] ?? 0) > asOf.readings) return 'older'
    if (Number(held['asOfActivity'] ?? 0) > asOf.activity) return 'older'
    writeTally(partition, name, tally)
    count({ partition, tenant, name }, states)
    if (due === undefined) statements.undue.run(partition, name)
    else statements.setDue.run(partition, name, due)
    statements.unmark.run(partition, name, mark)
    markLateWithin(partition, late)
    return 'written'
  }

  function writeTally(partition: number, name: string, tally: Tally): void {
    statements.clear.run(partition, name)
    for (const [field, value] of Object.entries(tally)) statements.write.run(partition, name, field, value)
  }

  type Counted = { readonly partition: number; readonly tenant: string; readonly name: string }
  function count({ partition, tenant, name }: Counted, states: readonly string[]): void {
    const held = statements.counted.get(partition, name)?.['states'] as string | undefined
    for (const state of held?.split(' ') ?? []) statements.count.run(partition, tenant, state, -1)
    for (const state of states) statements.count.run(partition, tenant, state, 1)
    statements.prune.run(partition, tenant)
    if (states.length === 0) statements.uncount.run(partition, name)
    else statements.setCounted.run(partition, name, states.join(' '))
  }

  const read = (partition: number, patient: string): Record<string, string> =>
    Object.fromEntries(
      statements.tally.all(partition, patient).map(({ field, value }) => [field as string, value as string]),
    )

  return {
    markWithin,
    markLateWithin,
    forgetWithin(partition) {
      const patients = statements.tallied.all(partition).map(({ patient }) => patient as string)
      markWithin(partition, patients)
      for (const statement of statements.forget) statement.run(partition)
    },
    marked: (partition) => attempt(() => marksIn(statements.marked.all(partition))),
    marksOf: (partition, patients) =>
      attempt(() =>
        patients.map((patient) => (statements.markOf.get(partition, patient)?.['mark'] as number) ?? 0),
      ),
    replace: (partition, name, { revision, tally }) =>
      transaction('BEGIN IMMEDIATE', () => {
        if ((read(partition, name)['revision'] ?? '') !== revision) return 'other'
        writeTally(partition, name, tally)
        return 'written'
      }),
    mark: (partition, patients) => transaction('BEGIN IMMEDIATE', () => markWithin(partition, patients)),
    unmark: (partition, marks) =>
      transaction('BEGIN IMMEDIATE', () => {
        for (const [name, mark] of marks) statements.unmark.run(partition, name, mark)
      }),
    late: (partition, from, count) => attempt(() => marksIn(statements.late.all(partition, count, from))),
    markLate: (partition, names) => transaction('BEGIN IMMEDIATE', () => markLateWithin(partition, names)),
    unmarkLate: (partition, marks) =>
      transaction('BEGIN IMMEDIATE', () => {
        for (const [name, mark] of marks) statements.unmarkLate.run(partition, name, mark)
      }),
    due: (partition, until, count) =>
      attempt(() => statements.due.all(partition, until, count).map(({ patient }) => patient as string)),
    conclude: (partition, evaluated) => transaction('BEGIN IMMEDIATE', () => conclude(partition, evaluated)),
    tallies: (partition, patients) => attempt(() => patients.map((patient) => read(partition, patient))),
    counts: (partition, tenant) =>
      attempt(() =>
        Object.fromEntries(
          statements.counts
            .all(partition, tenant)
            .map(({ state, patients }) => [state as string, patients as number]),
        ),
      ),
  }
}

const marksIn = (rows: readonly Record<string, unknown>[]): ReadonlyMap<string, number> =>
  new Map(rows.map(({ name, mark }) => [name as string, mark as number]))

const prepare = (database: DatabaseSync) => ({
  raise: database.prepare(
    'INSERT INTO marks VALUES (?, 1) ON CONFLICT (partition) DO UPDATE SET last = last + 1 RETURNING last',
  ),
  mark: database.prepare(
    'INSERT INTO marked VALUES (?, ?, ?) ON CONFLICT (partition, patient) DO UPDATE SET mark = excluded.mark',
  ),
  unmark: database.prepare('DELETE FROM marked WHERE partition = ? AND patient = ? AND mark = ?'),
  marked: database.prepare('SELECT patient AS name, mark FROM marked WHERE partition = ?'),
  markOf: database.prepare('SELECT mark FROM marked WHERE partition = ? AND patient = ?'),
  markLate: database.prepare(
    'INSERT INTO late VALUES (?, ?, ?) ON CONFLICT (partition, name) DO UPDATE SET mark = excluded.mark',
  ),
  unmarkLate: database.prepare('DELETE FROM late WHERE partition = ? AND name = ? AND mark = ?'),
  late: database.prepare(
    'SELECT name, mark FROM late WHERE partition = ? ORDER BY mark DESC, name DESC LIMIT ? OFFSET ?',
  ),
  due: database.prepare(
    'SELECT patient FROM due WHERE partition = ? AND instant <= ? ORDER BY instant, patient LIMIT ?',
  ),
  setDue: database.prepare(
    'INSERT INTO due VALUES (?, ?, ?) ON CONFLICT (partition, patient) DO UPDATE SET instant = excluded.instant',
  ),
  undue: database.prepare('DELETE FROM due WHERE partition = ? AND patient = ?'),
  tally: database.prepare('SELECT field, value FROM tallies WHERE partition = ? AND patient = ?'),
  tallied: database.prepare('SELECT DISTINCT patient FROM tallies WHERE partition = ?'),
  write: database.prepare('INSERT INTO tallies VALUES (?, ?, ?, ?)'),
  clear: database.prepare('DELETE FROM tallies WHERE partition = ? AND patient = ?'),
  counts: database.prepare('SELECT state, patients FROM counts WHERE partition = ? AND practice = ?'),
  count: database.prepare(
    'INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT (partition, practice, state) DO UPDATE SET patients = patients + excluded.patients',
  ),
  prune: database.prepare('DELETE FROM counts WHERE partition = ? AND practice = ? AND patients = 0'),
  counted: database.prepare('SELECT states FROM counted WHERE partition = ? AND patient = ?'),
  setCounted: database.prepare(
    'INSERT INTO counted VALUES (?, ?, ?) ON CONFLICT (partition, patient) DO UPDATE SET states = excluded.states',
  ),
  uncount: database.prepare('DELETE FROM counted WHERE partition = ? AND patient = ?'),
  forget: ['tallies', 'due', 'counts', 'counted'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE partition = ?`),
  ),
})
