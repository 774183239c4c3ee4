import type { MinutesFact } from '@cufflink/contracts'
import fc from 'fast-check'
import { foldMinutes, type MinutesDocument } from '../../src/index.ts'
import { monthEnd, monthStart } from './arbitrary.ts'

export type Recorded = { readonly fact: MinutesFact; readonly offset: number }

export const fold = (facts: readonly Recorded[]): MinutesDocument | undefined =>
  facts.reduce<MinutesDocument | undefined>(
    (document, { fact, offset }) => foldMinutes(document, fact, offset),
    undefined,
  )

const envelope = { v: 1, tenant: 'riverside', by: 'service:console' } as const
const places = fc.record({
  patient: fc.constantFrom('p-1', 'p-2'),
  clinician: fc.constantFrom('nurse-ada', 'dr-lee'),
  session: fc.constantFrom('s-1', 's-2', 's-3'),
  startedAt: fc.oneof(fc.constant(monthStart), fc.integer({ min: monthStart, max: monthEnd - 1 })),
})
const instants = fc.integer({ min: monthStart - 3_600_000, max: monthEnd + 86_400_000 })
const kinds = fc.record({
  program: fc.constantFrom('RPM', 'RTM', 'CCM', 'APCM'),
  category: fc.constantFrom('data-review', 'conversation', 'shipping'),
})
const facts: fc.Arbitrary<MinutesFact> = fc
  .record({
    place: places,
    kind: kinds,
    until: instants,
    from: instants,
    at: instants,
    epoch: fc.nat(4),
    reason: fc.constant('r'),
  })
  .chain(({ place, kind, until, from, at, epoch, reason }) => {
    const about = { ...envelope, id: `f-${at}`, at }
    const spoken = { mode: 'video', direction: 'inbound', reached: 'caregiver' } as const
    const { patient, clinician, startedAt, session } = place
    const talk = { patient, clinician, interaction: session, startedAt, endedAt: until, ...spoken }
    return fc.constantFrom<MinutesFact>(
      { ...about, type: 'time.started', data: { ...place, ...kind, epoch } },
      { ...about, type: 'time.extended', data: { ...place, epoch, until } },
      { ...about, type: 'time.stopped', data: { ...place, epoch, until, reason: 'left' } },
      { ...about, type: 'time.entered', data: { ...place, ...kind, until, reason } },
      { ...about, type: 'time.amended', data: { ...place, ...kind, from, until, reason } },
      { ...about, type: 'time.voided', data: { ...place, reason } },
      {
        ...about,
        type: 'interaction.recorded',
        data: talk,
      },
      {
        ...about,
        v: 2,
        type: 'interaction.recorded',
        data: { ...talk, outcome: until % 2 === 0 ? 'cut-off' : 'talked' },
      },
      { ...about, type: 'interaction.voided', data: { patient, interaction: session, startedAt, reason } },
    )
  })
/** Any facts of time and of conversations of one month, each at its own offset. */
export const histories: fc.Arbitrary<readonly Recorded[]> = fc
  .array(facts, { maxLength: 14 })
  .chain((drawn) =>
    fc
      .uniqueArray(fc.nat(1_000_000), { minLength: drawn.length, maxLength: drawn.length })
      .map((offsets) => drawn.map((fact, index) => ({ fact, offset: offsets[index] ?? 0 }))),
  )
export const empty: MinutesDocument = { monthIndex: 681, stretches: [], interactions: [] }
