import type { ChartReading, Measurement } from '@cufflink/contracts'
import { clockText, dayText } from '../ui/time/zoned.ts'
import type { ReviewedReading } from './parts.ts'

const poundsPerKg = 2.204_622_6

const meals = {
  before: 'before a meal',
  after: 'after a meal',
  fasting: 'fasting',
  bedtime: 'at bedtime',
} as const

/** What was measured, with its units. */
export const measurementText = (measurement: Measurement): string => {
  switch (measurement.kind) {
    case 'blood-pressure': {
      const { systolicMmHg, diastolicMmHg, pulsePerMin, irregularPulse } = measurement
      const pulse = pulsePerMin === undefined ? '' : `, pulse ${pulsePerMin}/min`
      return `${systolicMmHg}/${diastolicMmHg} mmHg${pulse}${irregularPulse ? ', irregular' : ''}`
    }
    case 'body-weight': {
      const { weightKg } = measurement
      return `${weightKg.toFixed(1)} kg (${(weightKg * poundsPerKg).toFixed(1)} lb)`
    }
    case 'blood-glucose': {
      const { glucoseMgPerDl, meal } = measurement
      return `${Math.round(glucoseMgPerDl)} mg/dL${meal === undefined ? '' : `, ${meals[meal]}`}`
    }
  }
}

export const kindWords = {
  'blood-pressure': 'Blood pressure',
  'body-weight': 'Body weight',
  'blood-glucose': 'Blood glucose',
} as const satisfies Record<Measurement['kind'], string>

const qualities = {
  synced: undefined,
  offset: 'clock corrected',
  estimated: 'clock guessed',
  receipt: 'time of receipt',
} as const satisfies Record<ChartReading['clockQuality'], string | undefined>

/** What must be known of a reading's time; `undefined` where the device's clock was right. */
export const clockWords = ({ clockQuality }: Pick<ChartReading, 'clockQuality'>): string | undefined =>
  qualities[clockQuality]

/** What the device's clock showed, where it was not believed and says another minute. */
export const deviceClockText = (
  { measuredAt, deviceTime }: Pick<ChartReading, 'measuredAt' | 'deviceTime'>,
  zone: string,
): string | undefined =>
  deviceTime === undefined || Math.abs(deviceTime - measuredAt) < 60_000
    ? undefined
    : `its clock showed ${dayText(deviceTime, zone)}, ${clockText(deviceTime, zone)}`

/** Tells a reading from the others. */
export const readingKey = ({ device, measuredAt, offset }: ReviewedReading): string =>
  `${device} ${measuredAt} ${offset}`

export const reviewedOf = ({ device, measuredAt, offset }: ChartReading): ReviewedReading => ({
  device,
  measuredAt,
  offset,
})

/** The spoken name of a checkbox: which reading is marked as reviewed. */
export const readingLabel = (reading: ChartReading, at: string): string =>
  `Reviewed: ${kindWords[reading.measurement.kind]} ${measurementText(reading.measurement)}, ${at}`
