import { isDeepStrictEqual } from 'node:util'
import { clinicianDays } from '@cufflink/billing'
import { type Documents, wordsOf } from '@cufflink/charts'
import type { StaffDay } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/directory'
import { localDate, monthsAround } from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { Tally } from '@cufflink/views'

export type StaffDaysOptions = {
  readonly documents: Pick<Documents, 'clinician'>
  readonly accounts: Pick<Accounts, 'find' | 'onChange'>
  readonly clock: Clock
}

/** What each clinician worked today, by the practice's date. */
export type StaffDays = {
  /** Another array when a day is another. */
  readonly staff: readonly StaffDay[]
  /** A patient's tally was read: the days of those whose time on the patient it has may be others. */
  worked(tally: Tally): void
  /** Whether days are to be added up; at the practice's midnight, everybody's. */
  isDue(): boolean
  /** @returns whether somebody's day is another than before */
  addUp(): Promise<boolean>
  close(): void
}

export function createStaffDays(
  { documents, accounts, clock }: StaffDaysOptions,
  practice: () => { readonly id: string; readonly zone: string },
): StaffDays {
  /** Of each patient: which version of their time is known, and whose it is. */
  const known = new Map<
    string,
    { readonly work: string | undefined; readonly clinicians: readonly string[] }
  >()
  /** Clinicians whose day is to be added up again. */
  const due = new Set<string>()
  let staff: readonly StaffDay[] = []
  const unwatch = accounts.onChange((user) => {
    if (staff.some(({ clinician }) => clinician === user)) due.add(user)
  })

  async function dayOf(clinician: string): Promise<StaffDay> {
    const { id, zone } = practice()
    const now = clock.now()
    const date = localDate(now, zone)
    const parts = await documents.clinician(id, clinician, monthsAround(date.slice(0, 7)))
    const [day] = clinicianDays(parts, {
      clinician,
      zone,
      asOf: now,
      knownAt: Number.POSITIVE_INFINITY,
      from: date,
      to: date,
    })
    const name = accounts.find(clinician)?.name ?? clinician
    return { clinician, name, date, seconds: day?.seconds ?? 0 }
  }

  return {
    get staff() {
      return staff
    },
    worked({ patient, work, clinicians }) {
      if (patient === undefined) return
      const before = known.get(patient)
      if (work === before?.work) return
      const after = wordsOf(clinicians)
      known.set(patient, { work, clinicians: after })
      for (const clinician of [...(before?.clinicians ?? []), ...after]) due.add(clinician)
    },
    isDue() {
      const today = localDate(clock.now(), practice().zone)
      for (const { clinician, date } of staff) if (date !== today) due.add(clinician)
      return due.size > 0
    },
    async addUp() {
      const clinicians = [...due]
      due.clear()
      try {
        const days = await Promise.all(clinicians.map(dayOf))
        const all = new Map(staff.map((one) => [one.clinician, one]))
        const moved = days.filter((one) => !isDeepStrictEqual(one, all.get(one.clinician)))
        for (const one of moved) all.set(one.clinician, one)
        if (moved.length > 0) staff = [...all.values()]
        return moved.length > 0
      } catch (error) {
        for (const clinician of clinicians) due.add(clinician)
        throw error
      }
    },
    close: unwatch,
  }
}
