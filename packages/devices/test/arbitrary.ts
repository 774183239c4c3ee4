import fc from 'fast-check'

export const receivedAt = Date.UTC(2026, 9, 12, 14, 0)
export const source = { device: 'cuff-0001', model: 'native', assignments: [] }
export const bytesOf = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content))

export const bloodPressure = {
  kind: 'blood-pressure',
  systolicMmHg: 128,
  diastolicMmHg: 82,
  pulsePerMin: 71,
} as const

const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })

/** Measurements that a body can have, as the native format writes them. */
export const measurements = fc.oneof(
  fc
    .record({
      kind: fc.constant('blood-pressure' as const),
      diastolicMmHg: fc.integer({ min: 15, max: 200 }),
      pulsePressure: fc.integer({ min: 15, max: 100 }),
      pulsePerMin: optional(fc.integer({ min: 20, max: 300 })),
      irregularPulse: optional(fc.boolean()),
    })
    .map(({ pulsePressure, ...rest }) => ({ ...rest, systolicMmHg: rest.diastolicMmHg + pulsePressure })),
  fc.record({
    kind: fc.constant('body-weight' as const),
    weightKg: fc.double({ min: 1, max: 500, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('blood-glucose' as const),
    glucoseMgPerDl: fc.oneof(
      fc.integer({ min: 20, max: 1000 }),
      fc.double({ min: 34, max: 1000, noNaN: true }),
    ),
    meal: optional(fc.constantFrom('before', 'after', 'fasting', 'bedtime')),
  }),
)

/** What may accompany a measurement; `measuredAt` from a clock that is set and not ahead. */
export const circumstances = fc.record({
  measuredAt: optional(fc.integer({ min: Date.UTC(2020, 0, 1), max: receivedAt + 600_000 })),
  recordId: optional(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,59}$/)),
  userSlot: optional(fc.integer({ min: 0, max: 255 })),
  clock: optional(fc.constant('estimated' as const)),
})

/** An object without the keys that are undefined, as JSON would have it. */
export const compact = (value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined))
