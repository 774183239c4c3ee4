import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import {
  type ClinicianMonthName,
  clinicianMonthName,
  homeOf,
  type Practice,
  type Practices,
  RULES,
} from '@cufflink/charts'
import { patientKey } from '@cufflink/contracts'
import type { Account, Accounts, RegisteredDevice, Registry } from '@cufflink/directory'
import { clinicianMonthsOf, patientsOf } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import { type Views } from '@cufflink/views'

/** How often the practices of those who were evaluated are looked at for facts of their own: a zone, a closed month, a credential from a date on. */
const PRACTICES_EVERY_MS = 2_000
const AT_ONCE = 200
/** Raised when an evaluation writes something else of the same: whatever was evaluated before is evaluated again, and locked lines are compared. */
const EVALUATION_VERSION = 2
/** No offset of a fact: the practice is looked at again. */
const NOT_MARKED = -2

export type BasisOptions = {
  readonly ledger: Pick<Ledger, 'partitionOf'>
  readonly views: Pick<Views, 'generation' | 'members' | 'evaluations'>
  readonly practices: Practices
  readonly accounts: Accounts
  readonly registry: Registry
  /** Of the program; another one only in tests. */
  readonly version?: number
  partitions(): readonly number[]
  /** Someone was marked. */
  marked(): void
}

/**
 * What an evaluation stands on beside the patient's own documents: the practice, its people's credentials, the devices. A change marks
 * the patients it concerns, in the partitions that are mine; a partition that has just become mine is looked through for tallies that stand on something else.
 */
export type Basis = {
  /** Short, and another when something of it changes. */
  of(practice: Practice, patient: string): string
  /** The same of a locked line: what holds for the past too. */
  ofLocked(practice: Practice, patient: string): string
  /** Marks the patients of a partition whose tally stands on something else, once for each time that it becomes mine. */
  markOutdated(partition: number): Promise<void>
  close(): void
}

export function watchBasis(options: BasisOptions): Basis {
  const { ledger, views, practices, accounts, registry, marked, version = EVALUATION_VERSION } = options
  const looked = new Set<number>()
  /** What was looked through in one generation says nothing of another. */
  let { generation } = views
  /** For each practice the last of its facts, by offset, that evaluations stood on since it was looked at. */
  const used = new Map<string, Set<number>>()

  function of(practice: Practice, patient: string): string {
    const last = lastOf(practice)
    used.getOrInsertComputed(practice.id, () => new Set()).add(last)
    return digest([version, RULES, last, staffOf(practice.id), versionsOf(practice, patient)])
  }
  const versionsOf = ({ id }: Practice, patient: string): readonly string[] =>
    registry.of(id, patient).map(({ version }) => version)
  function ofLocked(practice: Practice, patient: string): string {
    const credentials = practice.facts.flatMap(({ fact }) =>
      fact.type === 'credential.changed' ? [fact.id] : [],
    )
    return digest([version, RULES, practice.zone, credentials, versionsOf(practice, patient)])
  }
  const digests = new WeakMap<readonly Account[], string>()
  function staffOf(practice: string): string {
    const people = accounts.of(practice)
    const known = digests.get(people)
    if (known !== undefined) return known
    const made = digest(people.map(({ user, credential }) => [user, credential]))
    digests.set(people, made)
    return made
  }

  const unwatch = [
    registry.onChange((device, before) => void mark(patientsWith(device, before)).catch(lookAgain)),
    accounts.onChange((user) => {
      const account = accounts.find(user)
      if (account !== undefined) void markPractice(account.practice).catch(lookAgain)
    }),
  ]
  const timer = setInterval(() => void lookAtPractices().catch(() => undefined), PRACTICES_EVERY_MS)

  /** What could not be marked is found by what its tally stands on. */
  function lookAgain(): void {
    looked.clear()
  }

  async function mark(names: Iterable<string>): Promise<void> {
    const mine = new Set(options.partitions())
    for (const [partition, some] of Map.groupBy(names, ledger.partitionOf))
      if (mine.has(partition)) await views.evaluations.mark(partition, some)
    marked()
  }

  /** Those clinicians' months that a partition has a part of and that have no tally, or one by another zone. */
  async function markMonths(partition: number, { id, zone }: Pick<Practice, 'id' | 'zone'>): Promise<void> {
    const parts = await views.members({ topic: 'activity', partition }, clinicianMonthsOf(id))
    const months = parts.map(
      (part): ClinicianMonthName => ({ tenant: id, clinician: part.slice(0, -8), month: part.slice(-7) }),
    )
    for (const [home, some] of Map.groupBy(months, (month) => ledger.partitionOf(homeOf(month))))
      for (let from = 0; from < some.length; from += AT_ONCE) {
        const names = some.slice(from, from + AT_ONCE).map(clinicianMonthName)
        const tallies = await views.evaluations.tallies(home, names)
        const outdated = names.filter((_, index) => tallies[index]!['zone'] !== zone)
        await views.evaluations.mark(partition, outdated)
        await setImmediate()
      }
  }

  async function markPractice(tenant: string): Promise<void> {
    for (const partition of options.partitions()) {
      const patients = await views.members({ topic: 'activity', partition }, patientsOf(tenant))
      await views.evaluations.mark(
        partition,
        patients.map((patient) => patientKey(tenant, patient)),
      )
    }
    marked()
  }

  async function lookAtPractices(): Promise<void> {
    for (const id of used.keys()) {
      const practice = await practices.find(id)
      // Its partition is just being filled again.
      if (practice === undefined) continue
      const last = lastOf(practice)
      // Also where some was evaluated while the practice's own partition was being filled again.
      const isOutdated = [...(used.get(practice.id) ?? [])].some((offset) => offset !== last)
      // Before anything is awaited: what is evaluated meanwhile is remembered for the next look.
      used.set(practice.id, new Set([last]))
      if (!isOutdated) continue
      await markWhole(practice).catch((error: unknown) => {
        used.get(practice.id)!.add(NOT_MARKED)
        throw error
      })
    }
  }

  async function markWhole(practice: Practice): Promise<void> {
    for (const partition of options.partitions()) await markMonths(partition, practice)
    await markPractice(practice.id)
  }

  async function markOutdated(partition: number): Promise<void> {
    for (const known of looked)
      if (generation !== views.generation || !options.partitions().includes(known)) looked.delete(known)
    generation = views.generation
    if (looked.has(partition)) return
    const begunIn = generation
    for (const practice of await practices.all()) {
      await markMonths(partition, practice)
      const patients = await views.members({ topic: 'activity', partition }, patientsOf(practice.id))
      for (let from = 0; from < patients.length; from += AT_ONCE) {
        const some = patients.slice(from, from + AT_ONCE)
        const names = some.map((patient) => patientKey(practice.id, patient))
        const tallies = await views.evaluations.tallies(partition, names)
        const outdated = names.filter((_, index) => tallies[index]!['basis'] !== of(practice, some[index]!))
        await views.evaluations.mark(partition, outdated)
        await setImmediate()
      }
    }
    if (begunIn === views.generation) looked.add(partition)
  }

  return {
    of,
    ofLocked,
    markOutdated,
    close() {
      for (const stop of unwatch) stop()
      clearInterval(timer)
    },
  }
}

const lastOf = ({ facts }: Practice): number => facts.at(-1)?.offset ?? -1

function* patientsWith(...records: readonly (RegisteredDevice | undefined)[]): Generator<string> {
  for (const record of records)
    for (const { patient } of record?.assignments ?? []) yield patientKey(record!.tenant, patient)
}

const digest = (of: unknown): string => hash('sha256', JSON.stringify(of), 'base64url').slice(0, 16)
