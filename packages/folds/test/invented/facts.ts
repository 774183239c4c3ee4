import type { FactOf, MinutesFact, Program, ReadingFact } from '@cufflink/contracts'
import {
  type DaysDocument,
  foldDays,
  foldMinutes,
  type MinutesDocument,
  monthOfFact,
  monthOfMinutes,
} from '../../src/index.ts'

export const MINUTE = 60_000

export const HOUR = 60 * MINUTE

export const DAY = 24 * HOUR

export const zone = 'America/New_York'

/** The instant (epoch ms) of a local date and time of day in a zone. */
export const at = (date: string, time = '12:00', inZone = zone): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(inZone).epochMilliseconds

/** `count` dates from a first one on. */
export const datesFrom = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => Temporal.PlainDate.from(first).add({ days: index }).toString())

export type ReadingInput = {
  readonly at: number
  readonly device?: string
  readonly receivedAt?: number
  readonly clockQuality?: FactOf<'reading.recorded'>['data']['reading']['clockQuality']
}

export function reading(input: ReadingInput): FactOf<'reading.recorded'> {
  const receivedAt = input.receivedAt ?? input.at
  return {
    id: `${input.device ?? 'cuff-1'}-${input.at}`,
    type: 'reading.recorded',
    v: 1,
    tenant: 'riverside',
    at: receivedAt,
    by: 'service:gateway',
    data: {
      patient: 'p-1',
      reading: {
        device: input.device ?? 'cuff-1',
        measuredAt: input.at,
        gatewayReceivedAt: receivedAt,
        clockQuality: input.clockQuality ?? 'synced',
        measurement: { kind: 'body-weight', weightKg: 80 },
      },
    },
  }
}

/** One reading at noon of each date. */
export const daily = (dates: readonly string[], device = 'cuff-1'): readonly ReadingFact[] =>
  dates.map((date) => reading({ at: at(date), device }))

export function foldReadings(facts: readonly ReadingFact[]): readonly DaysDocument[] {
  const months = new Map<string, DaysDocument>()
  facts.forEach((fact, offset) => {
    const month = monthOfFact(fact)
    months.set(month, foldDays(months.get(month), fact, offset))
  })
  return [...months.values()]
}

export function foldTime(facts: readonly MinutesFact[]): readonly MinutesDocument[] {
  const months = new Map<string, MinutesDocument>()
  facts.forEach((fact, offset) => {
    const month = monthOfMinutes(fact)
    months.set(month, foldMinutes(months.get(month), fact, offset))
  })
  return [...months.values()]
}

export type TimeInput = {
  readonly from: number
  readonly until: number
  readonly clinician?: string
  readonly patient?: string
  readonly program?: Program
  readonly category?: string
}

/** Time written down by hand as soon as it was over. */
export function entered(input: TimeInput): FactOf<'time.entered'> {
  const {
    from,
    until,
    clinician = 'nurse-ada',
    patient = 'p-1',
    program = 'RPM',
    category = 'data-review',
  } = input
  return {
    id: `time-${patient}-${clinician}-${program}-${from}`,
    type: 'time.entered',
    v: 1,
    tenant: 'riverside',
    at: until,
    by: `user:${clinician}`,
    data: {
      patient,
      clinician,
      session: `s-${from}-${program.toLowerCase()}`,
      startedAt: from,
      until,
      program,
      category,
      reason: 'test',
    },
  }
}

/** `seconds` of work by the nurse, from 10 o'clock of a date on. */
export const worked = (
  date: string,
  seconds: number,
  changes: Partial<TimeInput> = {},
): FactOf<'time.entered'> =>
  entered({ from: at(date, '10:00'), until: at(date, '10:00') + seconds * 1000, ...changes })

type Call = Extract<FactOf<'interaction.recorded'>, { v: 1 }>

/** A call of three minutes that reached the patient, written down as soon as it was over. */
export const called = (date: string, changes: Partial<Call['data']> = {}): Call => ({
  id: `call-${date}`,
  type: 'interaction.recorded',
  v: 1,
  tenant: 'riverside',
  at: changes.endedAt ?? at(date, '09:03'),
  by: 'user:nurse-ada',
  data: {
    patient: 'p-1',
    clinician: 'nurse-ada',
    interaction: `i-${date}`,
    startedAt: at(date, '09:00'),
    endedAt: at(date, '09:03'),
    mode: 'phone',
    direction: 'outbound',
    reached: 'patient',
    ...changes,
  },
})

/** Two dates, of which the second was retracted. */
export const oneRetracted: readonly ReadingFact[] = (() => {
  const facts = ['2026-03-01', '2026-03-02'].map((date) => reading({ at: at(date) }))
  const { id, data } = facts[1] ?? reading({ at: 0 })
  const { device, measuredAt } = data.reading
  const retraction: FactOf<'reading.retracted'> = {
    id: 'retraction',
    type: 'reading.retracted',
    v: 1,
    tenant: 'riverside',
    at: at('2026-03-03'),
    by: 'user:nurse-ada',
    data: { patient: 'p-1', device, measuredAt, readingId: id, reason: 'not hers' },
  }
  return [...facts, retraction]
})()
