import { randomUUID } from 'node:crypto'
import {
  clinicianMonthName,
  clinicianTally,
  type Documents,
  homeOf,
  type Practice,
  type Practices,
  readClinicianMonthName,
} from '@cufflink/charts'
import { monthsAround } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'

export type ClinicianMonthsOptions = {
  readonly ledger: Pick<Ledger, 'partitionOf'>
  readonly views: Pick<Views, 'evaluations' | 'generation'>
  readonly documents: Pick<Documents, 'clinician'>
  readonly practices: Practices
  readonly clock: Clock
}

/**
 * Writes the tallies of clinicians' months (ADR 23). Each reads the revision that stands before it reads the parts, and is written over that
 * revision alone: so what was read earlier is never written over what was read later, no matter which tracker does it.
 */
export type ClinicianMonths = {
  /** Of a marked part. @returns `false` without the practice, or where another tracker was faster: the mark stays */
  evaluate(partition: number, name: string, mark: number): Promise<boolean>
}

export function clinicianMonths(options: ClinicianMonthsOptions): ClinicianMonths {
  const { ledger, views, documents, practices, clock } = options
  const { evaluations } = views

  async function write(practice: Practice, clinician: string, month: string): Promise<boolean> {
    const who = { tenant: practice.id, clinician, month }
    const { generation } = views
    const [home, name] = [ledger.partitionOf(homeOf(who)), clinicianMonthName(who)]
    const [before = {}] = await evaluations.tallies(home, [name])
    const { revision = '' } = before
    const fields = await clinicianTally(documents, practice, { clinician, month, now: clock.now() })
    const isEmpty = Object.keys(fields).length === 0
    if (isEmpty && revision === '') return true
    // A revision also where nothing is left: a tracker that read that there was none may not write what was voided since.
    const tally = { ...fields, revision: randomUUID() }
    return (await evaluations.replace(home, name, { revision, tally, generation })) === 'written'
  }

  return {
    async evaluate(partition, name, mark) {
      const { tenant, clinician, month } = readClinicianMonthName(name)
      const practice = await practices.find(tenant)
      if (practice === undefined) return false
      const { generation } = views
      // Whatever zone it was counted in before, a part of one UTC month is in no other months.
      for (const each of monthsAround(month)) if (!(await write(practice, clinician, each))) return false
      if (views.generation !== generation) return false
      await evaluations.unmark(partition, new Map([[name, mark]]), generation)
      return true
    },
  }
}
