import { type Fact, type FactOf, type FactType, withoutLostRecords } from '@cufflink/contracts'
import { isDate } from '@cufflink/folds'
import type { Enrolment, HeldDecision, ModelOnFile, Span } from './enrolment.ts'

export type RecordedFact = { readonly fact: Fact; readonly offset: number }

/**
 * What no fact of a patient says: the practice's staff, the models it uses, what other practices billed. Condition, payer and
 * whether the patient is established are those of the enrolment where it says so.
 */
export type PracticeFile = Pick<Enrolment, 'models' | 'staff' | 'established'> &
  Partial<
    Pick<
      Enrolment,
      | 'billedElsewhere'
      | 'condition'
      | 'payer'
      | 'grandfathered'
      | 'chosenProgram'
      | 'override99091'
      | 'settings'
    >
  >

type Asked = {
  readonly tenant: string
  readonly patient: string
  readonly asOf: number
  readonly file: PracticeFile
}

/**
 * The enrolment of one patient from facts in any order, as it was known at `asOf` (epoch ms). Facts of other patients
 * and other practices are passed over, and records that lost to another. Else, where two facts speak of the same thing, the latest on
 * the ledger holds; nothing else depends on their order.
 */
export function enrolmentOf(facts: readonly RecordedFact[], asked: Asked): Enrolment {
  const said = byType(facts, asked)
  const practiceZone = said('practice.opened').at(-1)?.data.zone ?? 'UTC'
  return {
    billedElsewhere: [],
    ...asked.file,
    ...enrolledOf(said('patient.enrolled')),
    patient: asked.patient,
    practiceZone,
    zones: zonesOf(said('patient.enrolled'), said('patient.moved'), practiceZone),
    consents: consentsOf(said('consent.recorded'), said('consent.withdrawn')),
    orders: said('order.recorded')
      .map(({ data, offset }) => ({ from: data.orderedAt, offset }))
      .toSorted(byStart),
    episodes: episodesOf(said('episode.opened'), said('episode.closed'), said('set-up.done')),
    ...diedOf(said('episode.closed')),
    devices: devicesOf(said('device.registered'), asked.patient),
    visits: visitsOf(said('visit.recorded'), said('visit.voided')),
    locked: lockedOf(said('claim.locked'), said('claim.unlocked')),
    decisions: decisionsOf(said('claim.decided')),
    credentials: said('credential.changed').map(
      ({ data: { user: clinician, from, credential, before } }) => ({
        clinician,
        from,
        ...(credential !== undefined && { credential }),
        ...(before !== undefined && { before }),
      }),
    ),
  }
}

type Said<Name extends FactType> = { readonly data: FactOf<Name>['data']; readonly offset: number }
type All<Name extends FactType> = readonly Said<Name>[]

/** What was said of the patient and the practice by `asOf`, by type, in the order of the ledger. */
function byType(
  facts: readonly RecordedFact[],
  { tenant, patient, asOf }: Asked,
): <Name extends FactType>(name: Name) => All<Name> {
  // Whether a record holds does not depend on what is asked: the one that it replaces may be another's, or of another clock.
  const known = withoutLostRecords(facts.toSorted((a, b) => a.offset - b.offset)).filter(
    ({ fact }) => fact.tenant === tenant && fact.at <= asOf && isOf(fact, patient),
  )
  const types = Map.groupBy(known, ({ fact }) => fact.type)
  return <Name extends FactType>(name: Name): All<Name> =>
    (types.get(name) ?? []).map(({ fact, offset }) => ({ data: fact.data, offset }))
}

const isOf = (fact: Fact, patient: string): boolean =>
  !('patient' in fact.data) || fact.data.patient === patient

/** Of the facts of one thing the latest. */
const latestOf = <Name extends FactType>(
  all: All<Name>,
  thing: (data: FactOf<Name>['data']) => string | number,
): All<Name> => [...new Map(all.map((one) => [thing(one.data), one])).values()]

const byStart = (a: Span, b: Span): number => a.from - b.from || (a.offset ?? 0) - (b.offset ?? 0)

/** What the enrolment says of programs, condition, payer and relationship; its first version said nothing of them. */
function enrolledOf(
  enrolled: All<'patient.enrolled'>,
): Partial<Pick<Enrolment, 'programs' | 'condition' | 'payer' | 'established'>> {
  const latest = enrolled.at(-1)?.data
  if (latest === undefined || !('programs' in latest)) return {}
  const { programs, condition, payer, established } = latest
  return {
    programs,
    established,
    ...(condition !== undefined && { condition }),
    ...(payer !== undefined && { payer }),
  }
}

/** The zone of the enrolment holds from the first, for the past too; what a move set later stays. */
function zonesOf(
  enrolled: All<'patient.enrolled'>,
  moved: All<'patient.moved'>,
  practiceZone: string,
): Enrolment['zones'] {
  const home = enrolled.at(-1)?.data.zone
  const moves = latestOf(moved, ({ from }) => from).map(({ data: { zone, from } }) => ({ zone, from }))
  if (home === undefined && moves.length === 0) return [{ zone: practiceZone, from: 0 }]
  const first = home === undefined ? [] : [{ zone: home, from: 0 }]
  return [...first, ...moves.toSorted((a, b) => a.from - b.from)]
}

/** A consent lasts until the first withdrawal after it, no matter which of the two was written first. */
function consentsOf(recorded: All<'consent.recorded'>, withdrawn: All<'consent.withdrawn'>): readonly Span[] {
  const ends = withdrawn.map(({ data }) => data.withdrawnAt).toSorted((a, b) => a - b)
  return recorded
    .map(({ data: { consentedAt: from }, offset }): Span => {
      const to = ends.find((end) => end > from)
      return { from, offset, ...(to !== undefined && { to }) }
    })
    .toSorted(byStart)
}

/** A second word on an episode is a correction; it does not open again what was closed. A set-up is done once: the first holds. */
function episodesOf(
  opened: All<'episode.opened'>,
  closed: All<'episode.closed'>,
  done: All<'set-up.done'>,
): Enrolment['episodes'] {
  const ends = new Map(closed.map(({ data }) => [data.episode, data.closedAt]))
  const setUps = new Map(
    done.toReversed().map(({ data, offset }) => [data.episode, { at: data.doneAt, offset }]),
  )
  return latestOf(opened, ({ episode }) => episode)
    .map(({ data: { episode, openedAt, setUpAt }, offset }) => {
      const to = ends.get(episode)
      const setUp = setUps.get(episode) ?? (setUpAt === undefined ? undefined : { at: setUpAt, offset })
      return {
        episode,
        from: openedAt,
        offset,
        ...(to !== undefined && { to }),
        ...(setUp && { setUpAt: setUp.at, setUpOffset: setUp.offset }),
      }
    })
    .toSorted(byStart)
}

/** Of the last word on the end of each episode, the last that tells of a death. */
function diedOf(closed: All<'episode.closed'>): Pick<Enrolment, 'died'> {
  const dates = latestOf(closed, ({ episode }) => episode)
    .toSorted((a, b) => a.offset - b.offset)
    .flatMap(({ data }) =>
      'died' in data && data.died !== undefined && isDate(data.died) ? [data.died] : [],
    )
  const died = dates.at(-1)
  return died === undefined ? {} : { died }
}

function devicesOf(registered: All<'device.registered'>, patient: string): Enrolment['devices'] {
  return latestOf(registered, ({ device }) => device)
    .flatMap(({ data: { device, model, assignments } }) => {
      const assigned = assignments
        .filter((assignment) => assignment.patient === patient && assignment.to !== assignment.from)
        .map(({ from, to }) => ({ from, ...(to !== undefined && { to }) }))
      return assigned.length === 0 ? [] : [{ device, model, assigned }]
    })
    .toSorted((a, b) => (a.device < b.device ? -1 : 1))
}

function visitsOf(recorded: All<'visit.recorded'>, voided: All<'visit.voided'>): Enrolment['visits'] {
  const gone = new Set(voided.map(({ data }) => data.visit))
  return latestOf(recorded, ({ visit }) => visit)
    .filter(({ data }) => !gone.has(data.visit))
    .map(({ data: { visitedAt, practitioner }, offset }) => ({ visitedAt, practitioner, offset }))
    .toSorted((a, b) => a.visitedAt - b.visitedAt || a.offset - b.offset)
}

/** Each decision adds to those before it about the same line, until they are taken back. */
function decisionsOf(decided: All<'claim.decided'>): readonly HeldDecision[] {
  const perLine = new Map<string, HeldDecision>()
  for (const { data } of decided) {
    const { code, from, to, decision, units } = data
    const before = perLine.get(lineOf(data)) ?? { code, from, to, released: 0, dismissed: 0 }
    const after =
      decision === 'reopened'
        ? { ...before, released: 0, dismissed: 0 }
        : { ...before, [decision]: before[decision] + units }
    perLine.set(lineOf(data), after)
  }
  return [...perLine.values()]
}

const lineOf = ({ code, from, to }: Record<'code' | 'from' | 'to', string>): string => `${code} ${from} ${to}`

/** The latest lock of a code and its dates, unless it was opened again since. */
function lockedOf(locked: All<'claim.locked'>, unlocked: All<'claim.unlocked'>): Enrolment['locked'] {
  const opened = new Map(unlocked.map(({ data, offset }) => [lineOf(data), offset]))
  return latestOf(locked, lineOf)
    .filter(({ data, offset }) => (opened.get(lineOf(data)) ?? -1) < offset)
    .map(({ data: { code, from, to, units, amountCents, ruleSet }, offset }) => ({
      code,
      from,
      to,
      units,
      amountCents,
      ruleSet,
      offset,
    }))
}

/** The models whose readings the gateway takes today. */
export const nativeModel: ModelOnFile = { model: 'native', family: 'RPM', medical: true, automatic: true }
