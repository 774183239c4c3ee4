import { contentOf, type FactOf, failure, type PracticeSettings } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { PRACTICES, patientsOf } from '@cufflink/folds'
import type { Documents } from './documents.ts'

/** A practice as its latest facts have it. */
export type Practice = {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly settings: PracticeSettings
  /** Its own facts, among them the months closed. */
  readonly facts: FactList
}

/** How a practice works that no one configured. */
export const usualSettings: PracticeSettings = {
  timerStart: 'automatic',
  startDelayS: 0,
  entryBackDays: 31,
  approveEntries: false,
}

export type Practices = {
  all(): Promise<readonly Practice[]>
  find(id: string): Promise<Practice | undefined>
  /** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
  get(id: string): Promise<Practice>
  patients(id: string): Promise<readonly string[]>
}

export function createPractices(documents: Documents): Practices {
  async function find(id: string): Promise<Practice | undefined> {
    const facts = await documents.practice(id)
    const opened = latest(facts, 'practice.opened')
    if (opened === undefined) return undefined
    const settings = latest(facts, 'practice.configured') ?? usualSettings
    return { id, name: opened.name, zone: opened.zone, settings, facts }
  }

  return {
    async all() {
      const found = await Promise.all((await documents.members(PRACTICES)).map(find))
      return found.filter((one) => one !== undefined)
    },
    find,
    async get(id) {
      const practice = (await find(id)) ?? (await documents.caughtUp(id).then(() => find(id)))
      if (practice === undefined) throw failure('PRACTICE_UNKNOWN')
      return practice
    },
    patients: (id) => documents.members(patientsOf(id)),
  }
}

type Named = 'practice.opened' | 'practice.configured'
type DataOf<Name extends Named> = Omit<FactOf<Name>['data'], 'replaces'>

function latest<Name extends Named>(facts: FactList, type: Name): DataOf<Name> | undefined {
  const found = facts.findLast(({ fact }) => fact.type === type)
  return found && (contentOf(found.fact.data) as DataOf<Name>)
}
