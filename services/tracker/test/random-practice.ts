import type { ActivityFact, Fact, FactOf, ReadingFact } from '@cufflink/contracts'
import fc from 'fast-check'

export const TENANT = 'riverside'
export const NOW = Date.UTC(2026, 10, 12, 18, 20, 30, 500)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const SINCE = NOW - 75 * DAY
const zones = ['America/New_York', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC']
const clinicians = ['nurse-ada', 'nurse-bo', 'dr-lee', 'clerk-cy']
const credentials = ['clinical-staff', 'clinical-staff', 'physician', 'non-clinical'] as const
const categories = ['data-review', 'conversation', 'shipping', 'set-up', 'counseling']
const programs = ['RPM', 'RPM', 'RPM', 'RTM', 'CCM'] as const

/** Draws the same from the same seed. */
type Draw = {
  below(limit: number): number
  chance(percent: number): boolean
  of<Item>(items: readonly Item[]): Item
  instant(from?: number, until?: number): number
  times<Made>(most: number, make: (index: number) => Made): Made[]
}

/** mulberry32 */
function drawFrom(seed: number): Draw {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (percent) => below(100) < percent,
    of: (items) => items[below(items.length)]!,
    instant: (from = SINCE, until = NOW) => from + below(until - from),
    times: (most, make) => Array.from({ length: below(most + 1) }, (_, index) => make(index)),
  }
}

/** The facts of an invented practice in the order in which they are written, among them what people and devices seldom do. */
export const randomPractice = (patients: number): fc.Arbitrary<readonly Fact[]> =>
  fc.integer().map((seed) => {
    const draw = drawFrom(seed)
    const names = Array.from({ length: patients }, (_, index) => `p-${index}`)
    return [...practiceFacts(draw), ...names.flatMap((patient) => patientFacts(draw, patient))]
  })

type Written = { readonly id: string; readonly at?: number }
const envelope = ({ id, at = SINCE }: Written) =>
  ({ id, v: 1, tenant: TENANT, at, by: 'user:tester' }) as const

function practiceFacts(draw: Draw): Fact[] {
  const opened = draw.times(
    2,
    (index): Fact => ({
      ...envelope({ id: `opened-${index}` }),
      type: 'practice.opened',
      data: { name: 'Riverside', zone: draw.of(zones) },
    }),
  )
  const users = clinicians.map(
    (user, index): Fact => ({
      ...envelope({ id: `user-${user}` }),
      type: 'user.registered',
      data: {
        user,
        name: user,
        roles: ['clinician'],
        credential: credentials[index]!,
        status: 'active',
        passwordHash: '$argon2id$invented',
      },
    }),
  )
  const changed = draw.times(
    2,
    (index): Fact => ({
      ...envelope({ id: `credential-${index}` }),
      type: 'credential.changed',
      data: {
        user: draw.of(clinicians),
        from: draw.instant(),
        credential: draw.of(credentials),
        before: draw.of(credentials),
        reason: 'invented',
      },
    }),
  )
  const first: Fact = {
    ...envelope({ id: 'opened' }),
    type: 'practice.opened',
    data: { name: 'Riverside', zone: 'America/New_York' },
  }
  return [first, ...opened, ...users, ...changed]
}

function patientFacts(draw: Draw, patient: string): Fact[] {
  const cuffs = [0, 1].map((index) => `cuff-${patient}-${index}`)
  return [
    ...fileFacts(draw, patient),
    ...cuffs.slice(draw.chance(90) ? 0 : 2).map((device): Fact => registered(draw, patient, device)),
    ...readingFacts(draw, patient, cuffs),
    ...timeFacts(draw, patient),
    ...talkFacts(draw, patient),
  ]
}

function registered(draw: Draw, patient: string, device: string): Fact {
  const from = draw.instant(SINCE, SINCE + 20 * DAY)
  const assignments = draw.chance(70)
    ? [{ patient, from: SINCE }]
    : [{ patient, from, ...(draw.chance(40) && { to: draw.instant(from) }) }]
  return {
    ...envelope({ id: `registered-${device}` }),
    type: 'device.registered',
    data: { device, model: 'BPM', secretDigest: '0'.repeat(64), status: 'active', assignments },
  }
}

/** Mostly in order: else nothing would ever count. */
function fileFacts(draw: Draw, patient: string): Fact[] {
  const start = (): number => (draw.chance(60) ? SINCE : draw.instant(SINCE, SINCE + 30 * DAY))
  const some = <Made>(most: number, make: (index: number) => Made): Made[] =>
    draw.chance(85) ? [make(0), ...draw.times(most, (index) => make(index + 1))] : []
  const rarely = <Made>(most: number, make: (index: number) => Made): Made[] =>
    draw.chance(15) ? draw.times(most, make) : []
  const of = (kind: string, index: number) => envelope({ id: `${kind}-${patient}-${index}` })
  const facts: ActivityFact[] = [
    {
      ...of('enrolled', 0),
      type: 'patient.enrolled',
      data: { patient, name: patient, zone: draw.of(zones), enrolledAt: SINCE },
    },
    ...rarely(2, (index) => ({
      ...of('moved', index),
      type: 'patient.moved' as const,
      data: { patient, zone: draw.of(zones), from: draw.instant() },
    })),
    ...some(1, (index) => ({
      ...of('consent', index),
      type: 'consent.recorded' as const,
      data: { patient, consentedAt: start(), mode: 'verbal' as const, takenBy: 'nurse-ada' },
    })),
    ...rarely(1, (index) => ({
      ...of('withdrawn', index),
      type: 'consent.withdrawn' as const,
      data: { patient, withdrawnAt: draw.instant() },
    })),
    ...some(1, (index) => ({
      ...of('order', index),
      type: 'order.recorded' as const,
      data: { patient, orderedAt: start(), practitioner: 'dr-lee' },
    })),
    ...some(1, (index) => ({
      ...of('episode', index),
      type: 'episode.opened' as const,
      data: { patient, episode: `e-${index}`, openedAt: index === 0 ? start() : draw.instant() },
    })),
    ...rarely(2, (index) => closed(draw, { patient, index })),
    ...rarely(3, (index) => ({
      ...of('visit', index),
      type: 'visit.recorded' as const,
      data: { patient, visit: `v-${index}`, visitedAt: draw.instant(NOW - 15 * DAY), practitioner: 'dr-lee' },
    })),
    ...rarely(1, (index) => locked(draw, { patient, index })),
    ...rarely(1, (index) => ({
      ...of('visit-voided', index),
      type: 'visit.voided' as const,
      data: { patient, visit: `v-${index}`, reason: 'invented' },
    })),
  ]
  return facts
}

function closed(
  draw: Draw,
  { patient, index }: { patient: string; index: number },
): FactOf<'episode.closed'> {
  const closedAt = draw.instant()
  const data = { patient, episode: `e-${draw.below(2)}`, closedAt, reason: 'invented' }
  const said = envelope({ id: `closed-${patient}-${index}` })
  if (!draw.chance(30)) return { ...said, type: 'episode.closed', data }
  const died = new Date(closedAt).toISOString().slice(0, 10)
  return { ...said, v: 2, type: 'episode.closed', data: { ...data, died } }
}

/** A line that was billed off the periods that the facts give. */
function locked(draw: Draw, { patient, index }: { patient: string; index: number }): FactOf<'claim.locked'> {
  const from = draw.instant(SINCE, NOW - 30 * DAY)
  const [first, last] = [from, from + 29 * DAY].map((instant) => new Date(instant).toISOString().slice(0, 10))
  return {
    ...envelope({ id: `locked-${patient}-${index}`, at: NOW - DAY }),
    type: 'claim.locked',
    data: {
      patient,
      code: '99454',
      from: first!,
      to: last!,
      units: 1,
      amountCents: 5_211,
      ruleSet: 'medicare-2026',
    },
  }
}

function readingFacts(draw: Draw, patient: string, devices: readonly string[]): Fact[] {
  const recorded = draw.times(70, (index) => readingFact(draw, { patient, device: draw.of(devices), index }))
  const again = draw.times(4, () => draw.of(recorded)).filter((one) => one !== undefined)
  const words = draw.times(4, (index) => wordFact(draw.of(recorded), { draw, index }))
  return [...recorded, ...again, ...words.flatMap((word) => word ?? [])]
}

type Recorded = FactOf<'reading.recorded'>
type Named = { readonly patient: string; readonly device: string; readonly index: number }

function readingFact(draw: Draw, { patient, device, index }: Named): Recorded {
  const measuredAt = draw.instant(SINCE - DAY)
  const lateMs = draw.of([0, 20_000, HOUR, 3 * DAY, -15 * MINUTE])
  const clockQuality = draw.chance(85) ? 'synced' : draw.of(['offset', 'estimated'] as const)
  const arrivedAt = Math.min(NOW, measuredAt + lateMs)
  return {
    ...envelope({ id: `reading-${patient}-${index}`, at: arrivedAt }),
    type: 'reading.recorded',
    data: {
      patient,
      reading: {
        device,
        measuredAt,
        gatewayReceivedAt: arrivedAt,
        clockQuality,
        measurement: { kind: 'body-weight', weightKg: 80 },
      },
    },
  }
}

function wordFact(
  about: Recorded | undefined,
  { draw, index }: { readonly draw: Draw; readonly index: number },
): ReadingFact | undefined {
  if (about === undefined) return undefined
  const { patient, reading } = about.data
  const { device, measuredAt } = reading
  const type = draw.chance(60) ? 'reading.retracted' : 'reading.restored'
  return {
    ...envelope({ id: `word-${patient}-${index}`, at: NOW - HOUR }),
    type,
    data: { patient, device, measuredAt, readingId: about.id, reason: 'invented' },
  }
}

/** Of two weeks, so that stretches meet: of one clinician with two patients, and of two clinicians with one. */
function timeFacts(draw: Draw, patient: string): Fact[] {
  return draw
    .times(12, (index): readonly Fact[] => {
      const startedAt = draw.instant(NOW - 13 * DAY, NOW - 2 * HOUR)
      const startsOnce = draw.chance(50) ? startedAt : Math.floor(startedAt / (6 * HOUR)) * 6 * HOUR
      const clinician = draw.of(clinicians)
      const stretch = { patient, clinician, session: `s-${patient}-${index}`, startedAt: startsOnce }
      const said = { program: draw.of(programs), category: draw.of(categories) }
      const until =
        startsOnce + draw.of([1_500, 90_500, 11 * MINUTE, 45 * MINUTE, 8 * HOUR, 26 * HOUR, -MINUTE])
      const id = `${patient}-${index}`
      const opening: Fact[] = draw.chance(50)
        ? [
            {
              ...envelope({ id: `entered-${id}`, at: until + draw.of([0, HOUR, -HOUR]) }),
              type: 'time.entered',
              data: { ...stretch, ...said, until, reason: 'invented' },
            },
          ]
        : timerFacts(draw, { stretch, said, until, id })
      return [...opening, ...correctionsOf(draw, { stretch, said, id })]
    })
    .flat()
}

type Stretch = Pick<FactOf<'time.started'>['data'], 'patient' | 'clinician' | 'session' | 'startedAt'>
type Said = Pick<FactOf<'time.started'>['data'], 'program' | 'category'>
type Timed = { readonly stretch: Stretch; readonly said: Said; readonly id: string }

/** A lease rises with the clock. */
function timerFacts(draw: Draw, { stretch, said, until, id }: Timed & { readonly until: number }): Fact[] {
  const { startedAt } = stretch
  const epoch = startedAt + draw.of([0, 0, 0, 5 * MINUTE])
  const started: Fact = {
    ...envelope({ id: `started-${id}`, at: startedAt }),
    type: 'time.started',
    data: { ...stretch, ...said, epoch },
  }
  const proofs = draw.times(3, (n): Fact => {
    const proven = startedAt + Math.floor(((until - startedAt) * (n + 1)) / 3)
    const told = { ...stretch, epoch: epoch + draw.of([0, 0, 0, 7 * MINUTE]), until: Math.max(0, proven) }
    const at = proven + draw.of([0, 2_000, 5 * MINUTE, -2 * MINUTE])
    return draw.chance(60)
      ? { ...envelope({ id: `extended-${id}-${n}`, at }), type: 'time.extended', data: told }
      : {
          ...envelope({ id: `stopped-${id}-${n}`, at }),
          type: 'time.stopped',
          data: { ...told, reason: 'left' },
        }
  })
  return [started, ...proofs]
}

function correctionsOf(draw: Draw, { stretch, said, id }: Timed): Fact[] {
  const facts: Fact[] = []
  if (draw.chance(15)) {
    const from = stretch.startedAt + draw.of([-10 * MINUTE, 0, 3 * MINUTE])
    const until = from + draw.of([2 * MINUTE, 40 * MINUTE])
    const amended = { ...stretch, ...said, program: draw.of(programs), from, until, reason: 'invented' }
    facts.push({ ...envelope({ id: `amended-${id}`, at: NOW - HOUR }), type: 'time.amended', data: amended })
  }
  if (draw.chance(8))
    facts.push({
      ...envelope({ id: `voided-${id}`, at: NOW - HOUR }),
      type: 'time.voided',
      data: { ...stretch, reason: 'invented' },
    })
  return facts
}

function talkFacts(draw: Draw, patient: string): Fact[] {
  return draw
    .times(4, (index): readonly Fact[] => {
      const startedAt = draw.instant(NOW - 20 * DAY, NOW - HOUR)
      const endedAt = startedAt + draw.of([59_999, 60_000, 5 * MINUTE])
      const interaction = `i-${patient}-${index}`
      const recorded: Fact = {
        ...envelope({ id: `talk-${patient}-${index}`, at: endedAt + draw.of([0, HOUR, -2 * MINUTE]) }),
        v: 2,
        type: 'interaction.recorded',
        data: {
          patient,
          clinician: draw.of(clinicians),
          interaction,
          startedAt,
          endedAt,
          mode: 'phone',
          direction: 'outbound',
          reached: draw.of(['patient', 'caregiver', 'nobody']),
          outcome: draw.of(['talked', 'cut-off', 'left-message', 'declined']),
        },
      }
      const voided: Fact = {
        ...envelope({ id: `talk-voided-${patient}-${index}`, at: NOW - HOUR }),
        type: 'interaction.voided',
        data: { patient, interaction, startedAt, reason: 'invented' },
      }
      return draw.chance(15) ? [recorded, voided] : [recorded]
    })
    .flat()
}
