import type { FactOf, Measurement, ReadingFact } from '@cufflink/contracts'
import fc from 'fast-check'

/** How many cases a property draws: 400 in an ordinary run, `PROPERTY_RUNS` in the nightly one. */
export const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 400) }

/** Every zone of the IANA database that this runtime knows. */
export const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC')

export const monthStart = Date.UTC(2026, 9, 1)
export const monthEnd = Date.UTC(2026, 10, 1)

export type ReadingOptions = {
  readonly id?: string
  readonly device?: string
  readonly at: number
  readonly receivedAt?: number
  readonly recordedAt?: number
  readonly clockQuality?: FactOf<'reading.recorded'>['data']['reading']['clockQuality']
  readonly recordId?: string
  readonly userSlot?: number
  /** What the device's clock showed, where it was not believed. */
  readonly deviceTime?: number
  readonly measurement?: Measurement
}

export const measurements: fc.Arbitrary<Measurement> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('blood-pressure' as const),
      systolicMmHg: fc.integer({ min: 30, max: 300 }),
      diastolicMmHg: fc.integer({ min: 15, max: 200 }),
      pulsePerMin: fc.integer({ min: 20, max: 300 }),
      irregularPulse: fc.boolean(),
    },
    { requiredKeys: ['kind', 'systolicMmHg', 'diastolicMmHg'], noNullPrototype: true },
  ),
  fc
    .oneof(
      fc.double({ min: 1, max: 500, noNaN: true }),
      fc.integer({ min: 10, max: 5_000 }).map((tenths) => tenths / 10),
      fc.integer({ min: 1_000, max: 500_000 }).map((thousandths) => thousandths / 1_000),
    )
    .map((weightKg) => ({ kind: 'body-weight' as const, weightKg })),
  fc.record(
    {
      kind: fc.constant('blood-glucose' as const),
      glucoseMgPerDl: fc.oneof(
        fc.integer({ min: 10, max: 1000 }),
        fc.double({ min: 10, max: 1000, noNaN: true }),
      ),
      meal: fc.constantFrom('before' as const, 'after' as const, 'fasting' as const, 'bedtime' as const),
    },
    { requiredKeys: ['kind', 'glucoseMgPerDl'], noNullPrototype: true },
  ),
)

/** A reading's fact; `at` is when it was measured. */
export function readingFact(options: ReadingOptions): FactOf<'reading.recorded'> {
  const receivedAt = options.receivedAt ?? options.at + 2000
  return {
    id: options.id ?? `id-${options.at}`,
    type: 'reading.recorded',
    v: 2,
    tenant: 'riverside',
    at: options.recordedAt ?? receivedAt,
    by: 'service:gateway',
    data: {
      patient: 'p-1',
      reading: {
        device: options.device ?? 'cuff-1',
        measuredAt: options.at,
        gatewayReceivedAt: receivedAt,
        clockQuality: options.clockQuality ?? 'synced',
        measurement: options.measurement ?? { kind: 'body-weight', weightKg: 80 },
        ...(options.recordId !== undefined && { recordId: options.recordId }),
        ...(options.userSlot !== undefined && { userSlot: options.userSlot }),
        ...(options.deviceTime !== undefined && { deviceTime: options.deviceTime }),
      },
    },
  }
}

/** The fact that a reading does not count. */
export function retractionFact(of: FactOf<'reading.recorded'>, at?: number): FactOf<'reading.retracted'> {
  const { device, measuredAt } = of.data.reading
  return {
    id: `retract-${of.id}`,
    type: 'reading.retracted',
    v: 1,
    tenant: of.tenant,
    at: at ?? measuredAt + 3_600_000,
    by: 'user:nurse',
    data: { patient: of.data.patient, device, measuredAt, readingId: of.id, reason: 'not hers' },
  }
}

const readings = fc
  .record({
    id: fc.oneof(fc.constantFrom('a', 'b'), fc.stringMatching(/^[a-f0-9]{4,8}$/)),
    device: fc.constantFrom('cuff-1', 'scale-2', 'A', 'glucometer_3'),
    // few distinct instants, so that two readings often fall into one second
    at: fc.oneof(
      fc.integer({ min: monthStart, max: monthEnd - 1 }),
      fc.integer({ min: monthStart, max: monthStart + 5000 }),
    ),
    lag: fc.oneof(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: -600_000, max: 40 * 86_400_000 })),
    recorded: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 * 86_400_000 })),
    clockQuality: fc.constantFrom('synced', 'offset', 'estimated', 'receipt'),
    measurement: measurements,
    kind: fc.constantFrom<Partial<ReadingOptions>>(
      {},
      {},
      { recordId: 'r' },
      { userSlot: 0 },
      { recordId: 'r', userSlot: 3 },
      { deviceTime: monthStart + 1000 },
      { deviceTime: 0, userSlot: 0 },
      { deviceTime: monthEnd, recordId: 'r' },
    ),
  })
  .map(({ lag, recorded, kind, ...rest }) =>
    readingFact({ ...rest, ...kind, receivedAt: rest.at + lag, recordedAt: rest.at + lag + recorded }),
  )

const offsets = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 50 }) },
)

export type Recorded = { readonly fact: ReadingFact; readonly offset: number }

/** A stretch of one partition: readings of one patient and month, retractions among them, each at its own offset. */
export const histories: fc.Arbitrary<readonly Recorded[]> = fc
  .array(fc.record({ reading: readings, retracted: fc.nat(2) }), { maxLength: 12 })
  .map((drawn) =>
    drawn.flatMap(({ reading, retracted }) => {
      const word = retractionFact(reading)
      const restored = { ...word, id: `restore-${reading.id}`, type: 'reading.restored' } as const
      return [reading, ...(retracted > 0 ? [word] : []), ...(retracted > 1 ? [restored] : [])]
    }),
  )
  .chain((facts) =>
    fc
      .uniqueArray(offsets, { minLength: facts.length, maxLength: facts.length })
      .map((drawn) => facts.map((fact, index) => ({ fact, offset: drawn[index] ?? 0 }))),
  )

/** The same facts, in another order, some of them again. */
export const shuffled = <Fact>(facts: readonly Fact[]): fc.Arbitrary<readonly Fact[]> =>
  fc
    .array(fc.integer({ min: 0, max: Math.max(0, facts.length - 1) }), { maxLength: 6 })
    .map((again) => [...facts, ...again.flatMap((index) => facts.slice(index, index + 1))])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }))
