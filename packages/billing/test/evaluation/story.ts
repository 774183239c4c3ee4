import type { Fact } from '@cufflink/contracts'
import { at, zone } from '@cufflink/folds/invented/facts'

export const base = { v: 1, tenant: 'riverside', by: 'user:nurse-ada' } as const
export const begin = at('2026-02-20')
export const patient = 'p-1'
/** What was written of one patient of one practice, and a little of others. */
export const story: readonly Fact[] = [
  { ...base, id: '1', type: 'practice.opened', at: begin, data: { name: 'Riverside', zone } },
  {
    ...base,
    id: '2',
    type: 'patient.enrolled',
    at: begin,
    data: { patient, name: 'A', zone: 'America/Chicago', enrolledAt: begin },
  },
  {
    ...base,
    id: '3',
    type: 'consent.recorded',
    at: begin,
    data: { patient, consentedAt: begin, mode: 'verbal', takenBy: 'nurse-ada' },
  },
  {
    ...base,
    id: '4',
    type: 'order.recorded',
    at: begin,
    data: { patient, orderedAt: begin, practitioner: 'dr-lee' },
  },
  { ...base, id: '5', type: 'episode.opened', at: begin, data: { patient, episode: 'e-1', openedAt: begin } },
  {
    ...base,
    id: '6',
    type: 'device.registered',
    at: begin,
    data: {
      device: 'cuff-1',
      model: 'native',
      secretDigest: '0'.repeat(64),
      status: 'active',
      assignments: [
        { patient, from: begin },
        { patient: 'p-2', from: 0, to: begin },
      ],
    },
  },
  {
    ...base,
    id: '7',
    type: 'patient.enrolled',
    at: at('2026-04-10'),
    data: { patient, name: 'A', zone, enrolledAt: begin },
  },
  {
    ...base,
    id: '8',
    type: 'visit.recorded',
    at: at('2026-04-11'),
    data: { patient, visit: 'v-1', visitedAt: at('2026-03-11'), practitioner: 'dr-lee' },
  },
  {
    ...base,
    id: '9',
    type: 'visit.recorded',
    at: at('2026-04-11'),
    data: { patient, visit: 'v-2', visitedAt: at('2026-03-12'), practitioner: 'dr-lee' },
  },
  {
    ...base,
    id: '10',
    type: 'visit.voided',
    at: at('2026-04-12'),
    data: { patient, visit: 'v-2', reason: 'posted twice' },
  },
  {
    ...base,
    id: '11',
    type: 'patient.moved',
    at: at('2026-04-12'),
    data: { patient, zone: 'Asia/Tokyo', from: at('2026-04-20') },
  },
  {
    ...base,
    id: '12',
    type: 'claim.locked',
    at: at('2026-04-13'),
    data: {
      patient,
      code: '99445',
      from: '2026-03-01',
      to: '2026-03-30',
      units: 1,
      amountCents: 5211,
      ruleSet: 'medicare-2026',
    },
  },
  {
    ...base,
    id: '13',
    type: 'consent.withdrawn',
    at: at('2026-04-14'),
    data: { patient, withdrawnAt: at('2026-03-08') },
  },
  {
    ...base,
    id: '14',
    type: 'episode.closed',
    at: at('2026-04-15'),
    data: { patient, episode: 'e-1', closedAt: at('2026-04-14'), reason: 'goals met' },
  },
  {
    ...base,
    id: '15',
    type: 'consent.recorded',
    at: begin,
    data: { patient: 'p-2', consentedAt: 0, mode: 'verbal', takenBy: 'nurse-ada' },
  },
  {
    ...base,
    id: '16',
    type: 'practice.opened',
    tenant: 'lakeside',
    at: begin,
    data: { name: 'Lakeside', zone: 'UTC' },
  },
]
