import type { Fact } from '@cufflink/contracts'
import type { Enrolment, ModelOnFile, Span } from './enrolment.ts'

export type RecordedFact = { readonly fact: Fact; readonly offset: number }

/** What no fact of a patient says: the practice's staff, the models it uses, what other practices billed. */
export type PracticeFile = Pick<Enrolment, 'models' | 'staff' | 'established'> &
  Partial<
    Pick<
      Enrolment,
      'billedElsewhere' | 'condition' | 'payer' | 'grandfathered' | 'chosenProgram' | 'override99091'
    >
  >

type Draft = { -readonly [Name in keyof Enrolment]: Enrolment[Name] }

/**
 * The enrolment of one patient from facts in any order, as it was known at `asOf` (epoch ms). Facts of other patients
 * and other practices are passed over; the latest fact on the ledger holds.
 */
export function enrolmentOf(
  facts: readonly RecordedFact[],
  {
    tenant,
    patient,
    asOf,
    file,
  }: {
    readonly tenant: string
    readonly patient: string
    readonly asOf: number
    readonly file: PracticeFile
  },
): Enrolment {
  const draft: Draft = {
    patient,
    practiceZone: 'UTC',
    zones: [],
    consents: [],
    orders: [],
    episodes: [],
    devices: [],
    visits: [],
    billedElsewhere: [],
    locked: [],
    ...file,
  }
  const known = facts.filter(({ fact }) => fact.tenant === tenant && fact.at <= asOf)
  for (const recorded of known.toSorted((a, b) => a.offset - b.offset)) {
    if (isOf(recorded.fact, patient)) apply(draft, recorded)
  }
  const voided = new Set(known.flatMap(({ fact }) => (fact.type === 'visit.voided' ? [fact.data.visit] : [])))
  const visits = draft.visits.filter((visit) => !voided.has((visit as NamedVisit).visit))
  return {
    ...draft,
    visits,
    zones: draft.zones.length > 0 ? draft.zones : [{ zone: draft.practiceZone, from: 0 }],
  }
}

type NamedVisit = Enrolment['visits'][number] & { readonly visit: string }

const isOf = (fact: Fact, patient: string): boolean =>
  !('patient' in fact.data) || fact.data.patient === patient

function apply(draft: Draft, { fact, offset }: RecordedFact): void {
  switch (fact.type) {
    case 'practice.opened':
      draft.practiceZone = fact.data.zone
      return
    case 'patient.enrolled':
      // the home zone, for the past too: what a move set later stays
      draft.zones = [{ zone: fact.data.zone, from: 0 }, ...draft.zones.filter(({ from }) => from > 0)]
      return
    case 'patient.moved':
      draft.zones = [
        ...draft.zones.filter(({ from }) => from !== fact.data.from),
        { zone: fact.data.zone, from: fact.data.from },
      ]
      return
    case 'consent.recorded':
      draft.consents = [...draft.consents, { from: fact.data.consentedAt, offset }]
      return
    case 'consent.withdrawn':
      draft.consents = draft.consents.map((span) => ended(span, fact.data.withdrawnAt))
      return
    case 'order.recorded':
      draft.orders = [...draft.orders, { from: fact.data.orderedAt, offset }]
      return
    case 'episode.opened': {
      const { episode, openedAt, setUpAt } = fact.data
      const others = draft.episodes.filter((held) => held.episode !== episode)
      draft.episodes = [
        ...others,
        { episode, from: openedAt, offset, ...(setUpAt !== undefined && { setUpAt }) },
      ]
      return
    }
    case 'episode.closed':
      draft.episodes = draft.episodes.map((held) =>
        held.episode === fact.data.episode ? { ...held, to: fact.data.closedAt } : held,
      )
      return
    case 'device.registered':
      draft.devices = withDevice(draft, fact.data)
      return
    case 'visit.recorded': {
      const { visit, visitedAt, practitioner } = fact.data
      const named: NamedVisit = { visit, visitedAt, practitioner, offset }
      draft.visits = [...draft.visits, named]
      return
    }
    case 'claim.locked': {
      const { patient: _patient, ...line } = fact.data
      draft.locked = [...draft.locked, { ...line, offset }]
      return
    }
    default:
      return
  }
}

const ended = (span: Span, at: number): Span =>
  span.from < at && (span.to === undefined || span.to > at) ? { ...span, to: at } : span

function withDevice(
  draft: Draft,
  record: Extract<Fact, { type: 'device.registered' }>['data'],
): Enrolment['devices'] {
  const { device, model, assignments } = record
  const others = draft.devices.filter((held) => held.device !== device)
  const assigned = assignments
    .filter((assignment) => assignment.patient === draft.patient)
    .map(({ from, to }) => ({ from, ...(to !== undefined && { to }) }))
  return assigned.length === 0 ? others : [...others, { device, model, assigned }]
}

/** The models whose readings the gateway takes today. */
export const nativeModel: ModelOnFile = { model: 'native', family: 'RPM', medical: true, automatic: true }
