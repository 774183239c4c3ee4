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
import { type Tally, type Views } from '@cufflink/views'

/** How often the practices of those who were evaluated are looked at for facts of their own: a zone, a closed month, a credential from a date on. */
const PRACTICES_EVERY_MS = 2_000
const AT_ONCE = 200
/** Raised when an evaluation writes something else of the same: whatever was evaluated before is evaluated again, and locked lines are compared. */
const EVALUATION_VERSION = 3
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
  const { views, practices, accounts, registry } = options
  const { mark, markPractice, markMonths, markOutdatedOf } = marking(options)
  const { of, ofLocked } = digests(options)
  const looked = new Set<number>()
  /** What was looked through in one generation says nothing of another. */
  let { generation } = views
  /** For each practice the last of its facts, by offset, that evaluations stood on since it was looked at. */
  const used = new Map<string, Set<number>>()

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

  const basisOf = (practice: Practice, patient: string): string => {
    used.getOrInsertComputed(practice.id, () => new Set()).add(lastOf(practice))
    return of(practice, patient)
  }

  return {
    of: basisOf,
    ofLocked,
    async markOutdated(partition) {
      for (const known of looked)
        if (generation !== views.generation || !options.partitions().includes(known)) looked.delete(known)
      generation = views.generation
      if (looked.has(partition)) return
      const begunIn = generation
      for (const practice of await practices.all()) {
        await markMonths(partition, practice)
        await markOutdatedOf(partition, practice, basisOf)
      }
      if (begunIn === views.generation) looked.add(partition)
    },
    close() {
      for (const stop of unwatch) stop()
      clearInterval(timer)
    },
  }
}

/** What evaluations stand on, as short texts. */
function digests({ accounts, registry, version = EVALUATION_VERSION }: BasisOptions) {
  const ofStaff = new WeakMap<readonly Account[], string>()
  function staffOf(practice: string): string {
    const people = accounts.of(practice)
    const known = ofStaff.get(people)
    if (known !== undefined) return known
    const made = digest(people.map(({ user, credential }) => [user, credential]))
    ofStaff.set(people, made)
    return made
  }
  const devicesOf = ({ id }: Practice, patient: string): readonly string[] =>
    registry.of(id, patient).map((device) => device.version)

  return {
    of: (practice: Practice, patient: string): string =>
      digest([version, RULES, lastOf(practice), staffOf(practice.id), devicesOf(practice, patient)]),
    ofLocked(practice: Practice, patient: string): string {
      const credentials = practice.facts.flatMap(({ fact }) =>
        fact.type === 'credential.changed' ? [fact.id] : [],
      )
      return digest([version, RULES, practice.zone, credentials, devicesOf(practice, patient)])
    },
  }
}

/** Marks what is to be evaluated again, in the partitions that are mine. */
function marking({ ledger, views, partitions, marked }: BasisOptions) {
  const { evaluations } = views

  async function mark(names: Iterable<string>): Promise<void> {
    const mine = new Set(partitions())
    for (const [partition, some] of Map.groupBy(names, ledger.partitionOf))
      if (mine.has(partition)) await evaluations.mark(partition, some)
    marked()
  }

  const patientKeysOf = async (partition: number, tenant: string): Promise<readonly string[]> =>
    (await views.members({ topic: 'activity', partition }, patientsOf(tenant))).map((patient) =>
      patientKey(tenant, patient),
    )

  async function markPractice(tenant: string): Promise<void> {
    for (const partition of partitions())
      await evaluations.mark(partition, await patientKeysOf(partition, tenant))
    marked()
  }

  /** Marks in a partition those whose tally, which lies in the partition `home`, is outdated. */
  async function markThose(
    partition: number,
    { home, names }: { readonly home: number; readonly names: readonly string[] },
    isOutdated: (tally: Tally, name: string) => boolean,
  ): Promise<void> {
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE)
      const tallies = await evaluations.tallies(home, some)
      const outdated = some.filter((name, index) => isOutdated(tallies[index]!, name))
      await evaluations.mark(partition, outdated)
      await setImmediate()
    }
  }

  return {
    mark,
    markPractice,
    /** Those clinicians' months that a partition has a part of and that have no tally, or one by another zone. */
    async markMonths(partition: number, { id, zone }: Pick<Practice, 'id' | 'zone'>): Promise<void> {
      const parts = await views.members({ topic: 'activity', partition }, clinicianMonthsOf(id))
      const months = parts.map(
        (part): ClinicianMonthName => ({ tenant: id, clinician: part.slice(0, -8), month: part.slice(-7) }),
      )
      for (const [home, some] of Map.groupBy(months, (month) => ledger.partitionOf(homeOf(month)))) {
        const names = some.map(clinicianMonthName)
        await markThose(partition, { home, names }, (tally) => tally['zone'] !== zone)
      }
    },
    /** Those patients of a practice whose tally stands on something else. */
    async markOutdatedOf(partition: number, practice: Practice, basisOf: Basis['of']): Promise<void> {
      const names = await patientKeysOf(partition, practice.id)
      const patientIn = (name: string): string => name.slice(practice.id.length + 1)
      await markThose(
        partition,
        { home: partition, names },
        (tally, name) => tally['basis'] !== basisOf(practice, patientIn(name)),
      )
    },
  }
}

const lastOf = ({ facts }: Practice): number => facts.at(-1)?.offset ?? -1

function* patientsWith(...records: readonly (RegisteredDevice | undefined)[]): Generator<string> {
  for (const record of records)
    for (const { patient } of record?.assignments ?? []) yield patientKey(record!.tenant, patient)
}

const digest = (of: unknown): string => hash('sha256', JSON.stringify(of), 'base64url').slice(0, 16)
