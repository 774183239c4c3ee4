import { dateAfter, dateAt, startOf } from './calendar.ts'
import { type FoundFile, secondOf } from './file.ts'
import { type FoundFact, nameIn, ofType } from './records.ts'
import { asOf, firstStarted, isValid, type Lease, minuteEnd, type Stretch } from './stretches.ts'

const TALK_MS = 60_000
const billedPrograms = ['RPM', 'RTM']
const countingCategories: ReadonlySet<string> = new Set([
  'data-review',
  'trend-assessment',
  'plan-change',
  'conversation',
  'education',
  'care-coordination',
  'documentation',
])
const neverCountingCategories: ReadonlySet<string> = new Set([
  'log-in',
  'appointments',
  'insurance',
  'shipping',
  'device-logistics',
  'set-up',
  'supervision',
  'training',
  'voicemail',
  'unanswered-call',
  'idle',
  'billed-elsewhere',
  'automated',
])
const qualifiedCredentials = ['physician', 'qhp']
const countingCredentials: ReadonlySet<string> = new Set([...qualifiedCredentials, 'clinical-staff'])

/** The credential of a clinician (`tenant/clinician`) at an instant, ms. */
export type CredentialAt = (clinician: string, instant: number) => string | undefined

export type TimeFound = {
  readonly own: readonly Stretch[]
  /** Those of the same clinician with other patients that share a moment with one. */
  beside(stretch: Stretch): readonly Stretch[]
  /** The leases of a clinician that are newer than one. */
  newerLeases(clinician: string, epoch: number): readonly Lease[]
}

type Asked = {
  readonly file: Pick<FoundFile, 'consents' | 'visits'>
  readonly credentialAt: CredentialAt
  readonly practiceZone: string
  readonly month: { readonly from: number; readonly to: number }
  readonly now: number
}

/** What of a month is credited and what is not, moment by moment: between any two instants at which something begins or ends. */
export function countSeconds(found: TimeFound, asked: Asked): { seconds: number; secondsDeducted: number } {
  const { month, now } = asked
  const touching = found.own
    .map((one) => asOf(one, now))
    .filter(({ start, end }) => start < month.to && end > month.from)
  const own = touching.filter((one) => isValid(one, now))
  const beside = new Map(own.flatMap((one) => found.beside(one)).map((one) => [JSON.stringify(one), one]))
  const others = [...beside.values()].map((one) => asOf(one, now)).filter((one) => isValid(one, now))
  const busy = [...own, ...others].map((one) => ({ one, until: leaseEnd(one, found) }))
  const counts = countingAt(own, asked)
  const cuts = cutsOf(
    busy.flatMap(({ one, until }) => [one.start, one.end, until]),
    own,
    asked,
  )
  /** Since when each stretch has been there without a break. */
  const since = new Map<Stretch, number>()
  const credited = new Map<string, number>()
  cuts.forEach((from, index) => {
    const to = cuts[index + 1] ?? from
    const here = own.filter(
      (one) => one.start <= from && from < one.end && worksOn(one, { at: from, busy }) && counts(one, from),
    )
    for (const one of own) if (!here.includes(one)) since.delete(one)
    for (const one of here) since.getOrInsert(one, from)
    const winner = creditedOf(here, { since, ...asked })
    const length = Math.min(to, month.to) - Math.max(from, month.from)
    if (winner !== undefined && length > 0)
      credited.set(winner.program, (credited.get(winner.program) ?? 0) + length)
  })
  const written = touching.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, month.to) - Math.max(start, month.from)),
    0,
  )
  const kept = [...credited.values()].reduce((sum, ms) => sum + ms, 0)
  return {
    seconds: billedPrograms.reduce(
      (sum, program) => sum + Math.floor((credited.get(program) ?? 0) / 1000),
      0,
    ),
    secondsDeducted: Math.floor((written - kept) / 1000),
  }
}

/** A timer ends where the clinician's first timer under a newer lease than its own began. */
function leaseEnd({ clinician, epoch, start, end }: Stretch, { newerLeases }: TimeFound): number {
  if (epoch === 0) return end
  const newer = newerLeases(clinician, epoch)
  return Math.max(start, Math.min(end, ...newer.map(({ startedAt }) => startedAt)))
}

type Busy = readonly { readonly one: Stretch; readonly until: number }[]

/** Whether the clinician is with the patient of this stretch: of all of the clinician's stretches then, the one that came first. */
function worksOn(stretch: Stretch, { at, busy }: { readonly at: number; readonly busy: Busy }): boolean {
  const there = busy
    .filter(({ one, until }) => one.clinician === stretch.clinician && one.start <= at && at < until)
    .map(({ one }) => one)
  return there.toSorted(firstStarted)[0] === stretch
}

/** Whether a stretch may count at an instant: by what was done, by who did it, while a consent holds, and not on the date of a visit. */
function countingAt(
  own: readonly Stretch[],
  { file, credentialAt, practiceZone }: Asked,
): (stretch: Stretch, instant: number) => boolean {
  const ever = new Set(
    own.filter(({ clinician, category, program, start }) => {
      const isKnown = countingCategories.has(category)
      // Other programs have categories of their own.
      const isOther = !neverCountingCategories.has(category) && !billedPrograms.includes(program)
      return (isKnown || isOther) && countingCredentials.has(credentialAt(clinician, start) ?? '')
    }),
  )
  const visited = new Set(file.visits.map((visit) => dateAt(secondOf(visit['visitedAt']), practiceZone)))
  return (stretch, instant) => {
    if (!ever.has(stretch)) return false
    if (!billedPrograms.includes(stretch.program)) return true
    return isConsented(file, instant) && !visited.has(dateAt(secondOf(instant), practiceZone))
  }
}

const isConsented = ({ consents }: Asked['file'], instant: number): boolean =>
  consents.some(({ from, to }) => from <= instant && instant < to)

/** Every instant at which anything may change. */
function cutsOf(stretches: readonly number[], own: readonly Stretch[], { file, practiceZone, month }: Asked) {
  const visits = file.visits.flatMap((visit) => {
    const date = dateAt(secondOf(visit['visitedAt']), practiceZone)
    return [date, dateAfter(date, 1)].map((each) => startOf(each, practiceZone) * 1000)
  })
  const consents = file.consents.flatMap(({ from, to }) => [from, to])
  const first = Math.min(...own.map(({ start }) => start))
  const last = Math.max(...own.map(({ end }) => end))
  const within = [...stretches, ...visits, ...consents, month.from, month.to].filter(
    (instant) => first <= instant && instant <= last,
  )
  return [...new Set(within)].toSorted((a, b) => a - b)
}

type Crediting = Pick<Asked, 'credentialAt'> & { readonly since: ReadonlyMap<Stretch, number> }

/** The program of the one who was there first; in it a qualified professional before others, then the one who was there first. */
function creditedOf(here: readonly Stretch[], { since, credentialAt }: Crediting): Stretch | undefined {
  const order = here.toSorted((a, b) => since.get(a)! - since.get(b)! || firstStarted(a, b))
  const same = order.filter(({ program }) => program === order[0]!.program)
  const isQualified = ({ clinician, start }: Stretch): boolean =>
    qualifiedCredentials.includes(credentialAt(clinician, start) ?? '')
  return same.find(isQualified) ?? same[0]
}

/** Live conversations of the month: someone whose time counts reached someone, for a minute at least. */
export function conversationsIn(
  facts: readonly FoundFact[],
  { month, now, credentialAt }: Pick<Asked, 'month' | 'now' | 'credentialAt'>,
): number {
  const nameOf = ({ data }: FoundFact): string => JSON.stringify([data['interaction'], data['startedAt']])
  const voided = new Set(ofType(facts, 'interaction.voided').map(nameOf))
  const first = new Map(
    ofType(facts, 'interaction.recorded')
      .toReversed()
      .map((fact) => [nameOf(fact), fact]),
  )
  return [...first].filter(([name, { tenant, at, data }]) => {
    const [startedAt, endedAt] = [Number(data['startedAt']), Number(data['endedAt'])]
    const { reached, outcome } = data
    return (
      !voided.has(name) &&
      endedAt - startedAt >= TALK_MS &&
      endedAt <= Math.min(now, minuteEnd(at)) &&
      month.from <= startedAt &&
      startedAt < month.to &&
      reached !== 'nobody' &&
      (outcome === undefined || outcome === 'talked' || outcome === 'cut-off') &&
      countingCredentials.has(credentialAt(nameIn(tenant, data['clinician']), startedAt) ?? '')
    )
  }).length
}
