import { DatabaseSync } from 'node:sqlite'
import type { TopicName } from '@cufflink/contracts'
import {
  type Counted,
  countPatient,
  type FoundFact,
  factIn,
  factsIn,
  type Lease,
  type PatientFound,
  recount,
  type Stretch,
  stretchesIn,
  takeRegistered,
} from '@cufflink/contracts/recount'
import { followOnce, type LedgerReader, type LedgerRecord } from '@cufflink/ledger'

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 100
const topics = ['registry', 'activity', 'readings'] as const satisfies readonly TopicName[]

/** What the ledger's records come to by code that shares nothing with the program's folds and rules. */
export type SecondCount = {
  /** Reads what came to the ledger since. */
  readOn(): Promise<void>
  /** `practice/patient` of everyone that a record names. */
  patients(): readonly string[]
  /** The counted fields of a patient's tally at an instant (ms). */
  count(name: string, at: number): Counted | undefined
  close(): void
}

/** @param path of a file that is made: it holds what patients measured, sorted by patient, so that memory holds those of one at a time */
export function openSecondCount(ledger: LedgerReader, path: string): SecondCount {
  const database = new DatabaseSync(path)
  // What is in here can be read from the ledger again.
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE records (key TEXT, topic TEXT, partition INTEGER, offset INTEGER, text TEXT,
      PRIMARY KEY (key, topic, offset)) WITHOUT ROWID;
    CREATE TABLE stretches (patient TEXT, clinician TEXT, start INTEGER, stretch TEXT);
    CREATE INDEX stretches_of_patient ON stretches (patient);
    CREATE INDEX stretches_of_clinician ON stretches (clinician, start);
    CREATE TABLE leases (patient TEXT, clinician TEXT, epoch INTEGER, started INTEGER);
    CREATE INDEX leases_of_patient ON leases (patient);
    CREATE INDEX leases_of_clinician ON leases (clinician, epoch);`)
  const insert = database.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)')
  const recordsOf = database.prepare('SELECT * FROM records WHERE key = ? AND topic = ? ORDER BY offset')
  const keys = database.prepare("SELECT DISTINCT key FROM records WHERE key LIKE '%/%' ORDER BY key")
  const time = timeTables(database)
  const registry = { devices: new Map<string, FoundFact>(), users: new Map<string, FoundFact>() }
  /** The next offset of each partition. */
  const next = new Map<string, number>()
  /** Patients with time that came since their stretches were put together. */
  const touched = new Set<string>()

  function take(record: LedgerRecord): void {
    const { topic, partition, offset, key, text } = record
    const fact = factIn(record)
    if (fact === undefined || fact.type.startsWith('note.')) return
    if (topic === 'registry') return takeRegistered(registry, fact)
    insert.run(key, topic, partition, offset, text)
    if (fact.type.startsWith('time.')) touched.add(key)
  }

  const factsOf = (key: string, topic: TopicName): LedgerRecord[] =>
    recordsOf.all(key, topic) as unknown as LedgerRecord[] // the columns are named so

  return {
    async readOn() {
      for (const topic of topics)
        await readTo(ledger, topic, {
          next: (partition) => next.get(`${topic}/${partition}`) ?? 0,
          take(records) {
            database.exec('BEGIN')
            for (const record of records) take(record)
            database.exec('COMMIT')
            const { partition, offset } = records.at(-1)!
            next.set(`${topic}/${partition}`, offset + 1)
          },
        })
      for (const name of touched) time.replace(name, stretchesIn(factsIn(factsOf(name, 'activity'))))
      touched.clear()
    },
    patients: () => keys.all().map(({ key }) => String(key)),
    count(name, at) {
      const [tenant, patient] = name.split('/') as [string, string]
      const readings = recount(factsOf(name, 'readings')).get(name)?.values() ?? []
      return countPatient(
        {
          tenant,
          patient,
          registry,
          practice: factsIn(factsOf(tenant, 'activity')),
          activity: factsIn(factsOf(name, 'activity')),
          readings: [...readings],
          time: time.of(name),
        },
        at,
      )
    },
    close: () => database.close(),
  }
}

/** Everybody's stretches and leases, by patient and by clinician. */
function timeTables(database: DatabaseSync) {
  const forget = ['stretches', 'leases'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE patient = ?`),
  )
  const addStretch = database.prepare('INSERT INTO stretches VALUES (?, ?, ?, ?)')
  const addLease = database.prepare('INSERT INTO leases VALUES (?, ?, ?, ?)')
  const ownOf = database.prepare('SELECT stretch FROM stretches WHERE patient = ?')
  const besideOf = database.prepare(
    'SELECT stretch FROM stretches WHERE clinician = ? AND start BETWEEN ? AND ? AND patient <> ?',
  )
  const leasesOf = database.prepare(
    'SELECT clinician, epoch, started AS startedAt FROM leases WHERE clinician = ? AND epoch > ?',
  )
  const decoded = (rows: readonly Record<string, unknown>[]): Stretch[] =>
    rows.map(({ stretch }) => JSON.parse(String(stretch)) as Stretch)

  return {
    replace(name: string, { stretches, leases }: ReturnType<typeof stretchesIn>): void {
      for (const statement of forget) statement.run(name)
      for (const one of stretches) addStretch.run(name, one.clinician, one.start, JSON.stringify(one))
      for (const { clinician, epoch, startedAt } of leases) addLease.run(name, clinician, epoch, startedAt)
    },
    of: (name: string): PatientFound['time'] => ({
      own: decoded(ownOf.all(name)),
      // None that counts is longer than a day.
      beside: ({ clinician, start, end }) =>
        decoded(besideOf.all(clinician, start - DAY_MS, end, name)).filter((one) => one.end > start),
      newerLeases: (clinician, epoch) => leasesOf.all(clinician, epoch) as unknown as Lease[], // named so
    }),
  }
}

type Reading = {
  next(partition: number): number
  take(records: readonly LedgerRecord[]): void
}

/** Reads a topic from where it was left to its present end. */
async function readTo(ledger: LedgerReader, topic: TopicName, { next, take }: Reading): Promise<void> {
  const [starts, ends] = [await ledger.startOffsets(topic), await ledger.endOffsets(topic)]
  const following = await followOnce(ledger, topic, {
    begin: async (partition) => Math.max(next(partition), starts[partition] ?? 0),
    take: ({ records }) => take(records),
  })
  try {
    const isBehind = (end: number, partition: number): boolean =>
      Math.max(next(partition), starts[partition] ?? 0) < end
    while (ends.some(isBehind)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  } finally {
    await following.close()
  }
}
