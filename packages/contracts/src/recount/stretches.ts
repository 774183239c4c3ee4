import { type FoundFact, nameIn, ofType } from './records.ts'

/** One stretch of a clinician's time on a patient, as the last word on it has it; instants in ms since 1970. */
export type Stretch = {
  /** `tenant/patient` */
  readonly patient: string
  /** `tenant/clinician` */
  readonly clinician: string
  readonly session: string
  readonly startedAt: number
  readonly program: string
  readonly category: string
  readonly start: number
  /** Of a timer how far presence is proven. */
  readonly end: number
  readonly byHand: boolean
  /** The newest lease under which a timer was proven to run; 0 by hand. */
  readonly epoch: number
  readonly voided: boolean
  /** When what it says was written. */
  readonly writtenAt: number
}

/** A clinician's timer began under this lease. */
export type Lease = Pick<Stretch, 'clinician' | 'epoch' | 'startedAt'>

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The stretches that a patient's facts tell of, and the leases of all timers among them, whatever became of them. */
export function stretchesIn(facts: readonly FoundFact[]): { stretches: Stretch[]; leases: Lease[] } {
  const timed = facts.filter(({ type }) => type.startsWith('time.'))
  const perStretch = Map.groupBy(timed, ({ tenant, data }) =>
    JSON.stringify([tenant, data['patient'], data['clinician'], data['session'], data['startedAt']]),
  )
  const stretches = [...perStretch.values()].flatMap((own) => stretchOf(own) ?? [])
  const leases = [...perStretch.values()].flatMap((own) => {
    const [opening] = ofType(own, 'time.started', 'time.entered')
    if (opening?.type !== 'time.started') return []
    const { clinician, epoch, startedAt } = opening.data
    return [
      { clinician: nameIn(opening.tenant, clinician), epoch: Number(epoch), startedAt: Number(startedAt) },
    ]
  })
  return { stretches, leases }
}

function stretchOf(facts: readonly FoundFact[]): Stretch | undefined {
  const [opening] = ofType(facts, 'time.started', 'time.entered')
  if (opening === undefined) return undefined
  const amendment = ofType(facts, 'time.amended').at(-1)
  const { tenant, data } = opening
  const said = amendment ?? opening
  const startedAt = Number(data['startedAt'])
  const isTimer = opening.type === 'time.started'
  const others = ofType(facts, 'time.extended', 'time.stopped')
  const epoch = isTimer ? Math.max(...[opening, ...others].map((one) => Number(one.data['epoch']))) : 0
  // The newest lease decides. Presence cannot be proven later than in the minute in which it was written.
  const proven = others
    .filter((one) => one.data['epoch'] === epoch)
    .map(({ at, data: { until } }) => Math.min(Number(until), minuteEnd(at)))
  const begun = data['epoch'] === epoch ? [startedAt] : []
  const until = isTimer ? Math.max(...begun, ...proven) : Number(data['until'])
  const byHand = !isTimer || amendment !== undefined
  return {
    patient: nameIn(tenant, data['patient']),
    clinician: nameIn(tenant, data['clinician']),
    session: String(data['session']),
    startedAt,
    program: String(said.data['program']),
    category: String(said.data['category']),
    start: amendment ? Number(amendment.data['from']) : startedAt,
    end: amendment ? Number(amendment.data['until']) : until,
    byHand,
    epoch: byHand ? 0 : epoch,
    voided: facts.some(({ type }) => type === 'time.voided'),
    writtenAt: said.at,
  }
}

export const minuteEnd = (instant: number): number =>
  Math.floor(instant / MINUTE_MS) * MINUTE_MS + MINUTE_MS - 1

/** The stretch as it is now: presence is not proven ahead of the clock. */
export const asOf = (stretch: Stretch, now: number): Stretch =>
  stretch.byHand ? stretch : { ...stretch, end: Math.min(stretch.end, now) }

/** Whether it can count at all: not voided, an end after its beginning, at most 24 hours, and not of the future. */
export function isValid({ voided, start, end, byHand, writtenAt }: Stretch, now: number): boolean {
  const latestEnd = byHand ? minuteEnd(Math.min(writtenAt, now)) : now
  return !voided && end > start && end - start <= DAY_MS && end <= latestEnd
}

/** Which comes first of two: the one that started first, then the one written first, to the minute; the rest only decides it everywhere alike. */
export const firstStarted = (a: Stretch, b: Stretch): number =>
  a.start - b.start ||
  Math.floor(a.writtenAt / MINUTE_MS) - Math.floor(b.writtenAt / MINUTE_MS) ||
  a.startedAt - b.startedAt ||
  hashOf(a.session) - hashOf(b.session) ||
  (a.patient < b.patient ? -1 : a.patient > b.patient ? 1 : 0) ||
  (a.clinician < b.clinician ? -1 : a.clinician > b.clinician ? 1 : 0)

/** FNV-1a, 32 bits: of a stretch's id no more is kept, so that alone can decide. */
function hashOf(text: string): number {
  let hash = 2_166_136_261
  for (const unit of text.split('')) hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619)
  return hash >>> 0
}
