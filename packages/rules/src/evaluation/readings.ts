import type { DayReading, DaysDocument, DeviceDays } from '../days/document.ts'
import { names } from '../days/fold.ts'
import type { Family, Settings } from '../rulesets/rule-set.ts'
import { anyHolds, type Enrolment, type ModelOnFile } from './enrolment.ts'

/** Why a reading is kept but does not count (the tests R1 to R6). */
export type Exclusion =
  | 'RETRACTED'
  | 'DEVICE_UNKNOWN'
  | 'NOT_MEDICAL_DEVICE'
  | 'NOT_AUTOMATIC'
  | 'NOT_ASSIGNED'
  | 'NO_CONSENT'
  | 'NO_EPISODE'
  | 'CLOCK_AHEAD'

export type JudgedReading = {
  readonly device: string
  readonly family: Family
  /** When it was measured, epoch seconds. */
  readonly measured: number
  /** The second whose date counts: of a guessed clock that of the upload. */
  readonly counted: number
  readonly uploadMinute: number
  readonly recordedMinute: number
  readonly offset: number
  readonly excluded?: Exclusion
}

/** Every reading known at `asOf` (epoch ms), judged, by counted second. */
export function judgeReadings(
  documents: readonly DaysDocument[],
  enrolment: Enrolment,
  { settings, asOf }: { readonly settings: Settings; readonly asOf: number },
): readonly JudgedReading[] {
  const asOfMinute = Math.floor(asOf / 60_000)
  const judged: JudgedReading[] = []
  for (const document of documents) {
    for (const days of document.devices) {
      const context = deviceContext(enrolment, days, asOfMinute)
      for (const reading of days.readings) {
        if (reading.recordedMinute > asOfMinute) continue
        judged.push(judge(reading, context, settings.futureMinutes))
      }
    }
  }
  return judged.sort((a, b) => a.counted - b.counted || a.offset - b.offset)
}

type Context = {
  readonly enrolment: Enrolment
  readonly days: DeviceDays
  readonly assigned: Enrolment['consents']
  readonly model?: ModelOnFile
  readonly retractions: DeviceDays['retractions']
}

function deviceContext(enrolment: Enrolment, days: DeviceDays, asOfMinute: number): Context {
  const onFile = enrolment.devices.find(({ device }) => device === days.device)
  const model = enrolment.models.find((known) => known.model === onFile?.model)
  const retractions = days.retractions.filter(({ recordedMinute }) => recordedMinute <= asOfMinute)
  return { enrolment, days, assigned: onFile?.assigned ?? [], retractions, ...(model && { model }) }
}

function judge(reading: DayReading, context: Context, futureMinutes: number): JudgedReading {
  const guessed = reading.clockQuality === 'estimated' || reading.clockQuality === 'receipt'
  const excluded = exclusionOf(reading, context, futureMinutes)
  return {
    device: context.days.device,
    family: context.model?.family ?? 'RPM',
    measured: reading.second,
    counted: guessed ? reading.uploadMinute * 60 : reading.second,
    uploadMinute: reading.uploadMinute,
    recordedMinute: reading.recordedMinute,
    offset: reading.offset,
    ...(excluded && { excluded }),
  }
}

function exclusionOf(reading: DayReading, context: Context, futureMinutes: number): Exclusion | undefined {
  const { enrolment, assigned, model, retractions } = context
  const { second } = reading
  if (retractions.some((retraction) => names(retraction, reading))) return 'RETRACTED'
  if (model === undefined) return 'DEVICE_UNKNOWN'
  if (!model.medical) return 'NOT_MEDICAL_DEVICE'
  if (!model.automatic) return 'NOT_AUTOMATIC'
  if (!anyHolds(assigned, second)) return 'NOT_ASSIGNED'
  if (!anyHolds(enrolment.consents, second)) return 'NO_CONSENT'
  if (!anyHolds(enrolment.episodes, second)) return 'NO_EPISODE'
  // arrival is known to the minute: only what is ahead of the whole minute is surely ahead
  if (second - (reading.uploadMinute * 60 + 59) > futureMinutes * 60) return 'CLOCK_AHEAD'
  return undefined
}
