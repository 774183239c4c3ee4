import { evaluateMonth, isWatched, type Line, standingClaims, watchedYears } from '@cufflink/billing'
import { type ReadChart } from '@cufflink/charts'
import type { FactOf } from '@cufflink/contracts'
import { localDate, monthAfter } from '@cufflink/folds'
import { inSlices } from '../charts/slices.ts'
import type { Effects } from '../decide/practice.ts'
import type { Commands } from './carry-out.ts'

type Effect = Effects['changes'][number]

/** What all lines of a practice stand on: a credential those since its instant, the zone every one. */
export type PracticeFact = FactOf<'credential.changed' | 'practice.opened'>

/**
 * The lines that would have other units if a fact were saved. Of a credential: every line since its instant; of a zone: those that are locked,
 * and what comes in their place.
 * @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE
 */
export async function effectsOf(
  { practices, documents, charts, alone }: Pick<Commands, 'practices' | 'documents' | 'charts' | 'alone'>,
  fact: PracticeFact,
): Promise<Effects> {
  const practice = await practices.get(fact.tenant)
  const patients = await practices.patients(practice.id)
  const effects = new Map<string, Effect>()
  const failed = new Set<string>()
  for (const [month, reached] of await monthsReached()) {
    const round = charts.round(practice, month)
    const found = await ofEach(reached, async (patient) => {
      const chart = await charts.read(practice, patient, { month, round })
      return chart !== undefined && isReached(chart, fact) ? effectsOn(chart) : []
    })
    for (const effect of found) effects.set(nameOf(effect), effect)
  }
  const changes = [...effects.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  return { changes, failed: [...failed].toSorted() }

  /** A patient who cannot be evaluated is named, and the others go on. */
  async function ofEach<Made>(
    some: readonly string[],
    find: (patient: string) => Promise<readonly Made[]>,
  ): Promise<readonly Made[]> {
    const found = await inSlices(some, (patient) =>
      alone(
        () => find(patient),
        () => {
          failed.add(patient)
          return []
        },
      ),
    )
    return found.flat()
  }

  /** By month, the patients whose lines the fact may change. */
  async function monthsReached(): Promise<ReadonlyMap<string, readonly string[]>> {
    if (fact.type === 'practice.opened') return monthsLocked()
    const months = new Map<string, readonly string[]>()
    const last = charts.currentMonth(practice)
    let month = localDate(fact.data.from, practice.zone).slice(0, 7)
    for (; month <= last; month = monthAfter(month, 1)) months.set(month, patients)
    return months
  }

  async function monthsLocked(): Promise<ReadonlyMap<string, readonly string[]>> {
    const today = charts.todayIn(practice.zone)
    const locked = await ofEach(patients, async (patient) => {
      const { claims } = await documents.activity(practice.id, patient, { claims: watchedYears(today) })
      const watched = standingClaims(claims).filter((claim) => isWatched(claim, today))
      return [...new Set(watched.map(({ to }) => to.slice(0, 7)))].map((month) => ({ month, patient }))
    })
    const byMonth = Map.groupBy(locked, ({ month }) => month)
    return new Map([...byMonth].map(([month, of]) => [month, of.map(({ patient }) => patient)]))
  }

  function effectsOn(chart: ReadChart): readonly Effect[] {
    const { input, month, patient, enrolled } = chart
    const now = unitsIn(input, month)
    const then = unitsIn(charts.inputWith(chart, fact), month)
    const found = [...new Set([...now.keys(), ...then.keys()])].flatMap((name) => {
      const [unitsNow, unitsThen] = [now.get(name)?.units ?? 0, then.get(name)?.units ?? 0]
      const line = then.get(name)?.line ?? now.get(name)?.line
      if (line === undefined || unitsNow === unitsThen) return []
      const { code, from, to } = line
      const locked = line.locked !== undefined
      return [{ patient, name: enrolled.name, code, from, to, unitsNow, unitsThen, locked }]
    })
    return fact.type === 'practice.opened' && !found.some(({ locked }) => locked) ? [] : found
  }
}

const nameOf = ({ patient, to, code, from }: Effect): string => `${patient} ${to} ${code} ${from}`

const isReached = ({ minutes }: ReadChart, { type, data }: PracticeFact): boolean =>
  type === 'practice.opened' ||
  minutes.some(
    ({ stretches, interactions }) =>
      stretches.some(({ clinician }) => clinician === data.user) ||
      interactions.some(({ recorded }) => recorded?.clinician === data.user),
  )

/** The units of each line of a month, what is held included. */
function unitsIn(
  input: ReadChart['input'],
  month: string,
): ReadonlyMap<string, { readonly line: Line; readonly units: number }> {
  const lines = new Map(
    evaluateMonth(input, month)
      .flatMap((evaluation) => evaluation.lines)
      .map((line) => [`${line.code} ${line.from} ${line.to} ${line.status === 'held'}`, line]),
  )
  const units = new Map<string, { readonly line: Line; readonly units: number }>()
  for (const line of lines.values()) {
    const name = `${line.code} ${line.from} ${line.to}`
    const more = line.status === 'blocked' ? 0 : line.units
    units.set(name, { line, units: (units.get(name)?.units ?? 0) + more })
  }
  return units
}
