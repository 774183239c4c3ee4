import type { DayReading, DaysDocument, DeviceDays } from '../days/document.ts'
import { names } from '../days/fold.ts'
import type { Family } from '../rulesets/rule-set.ts'
import { zoneClock } from '../time/zone.ts'
import type { Context } from './context.ts'
import { anyHolds, type Enrolment, type ModelOnFile, zoneAt } from './enrolment.ts'
import { type Episode, episodeAt } from './episodes.ts'

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
  /** Its date is that of the upload, because the device's clock guessed or there was none. */
  readonly guessed: boolean
  readonly uploadMinute: number
  readonly recordedMinute: number
  readonly offset: number
  /** The episode to which the second that counts belongs. */
  readonly episode?: string
  readonly excluded?: Exclusion
}

/** Every reading known at `asOf` (epoch ms), judged, by counted second. */
export function judgeReadings(
  documents: readonly DaysDocument[],
  context: Context,
  episodes: readonly Episode[],
): readonly JudgedReading[] {
  const asOfMinute = Math.floor(context.asOf / 60_000)
  const judged: JudgedReading[] = []
  for (const document of documents) {
    for (const days of document.devices) {
      const device = onFile(context, days, episodes)
      for (const reading of days.readings) {
        if (reading.recordedMinute <= asOfMinute) judged.push(judge(reading, device))
      }
    }
  }
  return judged.sort((a, b) => a.counted - b.counted || a.offset - b.offset)
}

type OnFile = {
  readonly context: Context
  readonly episodes: readonly Episode[]
  readonly device: string
  readonly assigned: Enrolment['consents']
  readonly model?: ModelOnFile
  readonly retractions: DeviceDays['retractions']
}

function onFile(context: Context, days: DeviceDays, episodes: readonly Episode[]): OnFile {
  const { enrolment, asOf } = context
  const { device } = days
  const known = enrolment.devices.find((held) => held.device === device)
  const model = enrolment.models.find((held) => held.model === known?.model)
  const retractions = days.retractions.filter(({ recordedMinute }) => recordedMinute * 60_000 <= asOf)
  return { context, episodes, device, assigned: known?.assigned ?? [], retractions, ...(model && { model }) }
}

function judge(reading: DayReading, device: OnFile): JudgedReading {
  const guessed = reading.clockQuality === 'estimated' || reading.clockQuality === 'receipt'
  const counted = countedSecond(reading, guessed)
  const episode = episodeAt(device.episodes, counted)
  const excluded = exclusionOf(reading, device, { counted, episode })
  return {
    device: device.device,
    family: device.model?.family ?? 'RPM',
    measured: reading.second,
    counted,
    guessed,
    uploadMinute: reading.uploadMinute,
    recordedMinute: reading.recordedMinute,
    offset: reading.offset,
    ...(episode && { episode: episode.episode }),
    ...(excluded && { excluded }),
  }
}

/**
 * The arrival is known to the minute. Where a guessed clock tells that very minute, as it does where the gateway's own clock stood in
 * for it, its second is used: rounded down, a reading could come before the assignment that made it the patient's.
 */
function countedSecond({ second, uploadMinute }: DayReading, guessed: boolean): number {
  return guessed && Math.floor(second / 60) !== uploadMinute ? uploadMinute * 60 : second
}

type Counted = { readonly counted: number; readonly episode: Episode | undefined }

/** Of a guessed clock both instants must pass: the one it says, and the one whose date counts. */
function exclusionOf(
  reading: DayReading,
  { context, episodes, assigned, model, retractions }: OnFile,
  { counted, episode }: Counted,
): Exclusion | undefined {
  const { second } = reading
  const both = (test: (instant: number) => boolean): boolean =>
    test(second) && (counted === second || test(counted))
  if (retractions.some((retraction) => names(retraction, reading))) return 'RETRACTED'
  if (model === undefined) return 'DEVICE_UNKNOWN'
  if (!model.medical) return 'NOT_MEDICAL_DEVICE'
  if (!model.automatic) return 'NOT_AUTOMATIC'
  if (!both((instant) => anyHolds(assigned, instant))) return 'NOT_ASSIGNED'
  if (!both((instant) => anyHolds(context.enrolment.consents, instant))) return 'NO_CONSENT'
  if (episode === undefined || !both((instant) => episodeAt(episodes, instant) === episode))
    return 'NO_EPISODE'
  return isAhead(reading, context) ? 'CLOCK_AHEAD' : undefined
}

/** Arrival is known to the minute: only what is ahead of the whole minute is surely ahead (ADR 10). */
function isAhead({ second, uploadMinute }: DayReading, { enrolment, rulesOn }: Context): boolean {
  const aheadS = second - (uploadMinute * 60 + 59)
  if (aheadS <= 0) return false
  const day = zoneClock(zoneAt(enrolment, second)).dayAt(second)
  return aheadS > rulesOn(day).settings.futureMinutes * 60
}
