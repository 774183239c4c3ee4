import type { DayReading, DaysDocument } from '@cufflink/folds'
import { type IndexFault, minuteOf, readingsOf, zoneClock } from '@cufflink/folds'
import type { Family } from '../rulesets/rule-set.ts'
import { type Context, memo } from './context.ts'
import { anyHolds, type Enrolment, type ModelOnFile, zoneAt } from './enrolment.ts'
import { type Episode, episodeAt } from './episodes.ts'

/** Why a reading is kept but does not count (the tests R1 to R6). */
export type Exclusion =
  | IndexFault
  | 'DEVICE_UNKNOWN'
  | 'NOT_MEDICAL_DEVICE'
  | 'NOT_AUTOMATIC'
  | 'NOT_ASSIGNED'
  | 'NO_CONSENT'
  | 'NO_EPISODE'

export type JudgedReading = {
  readonly device: string
  readonly family: Family
  /** When it was measured, epoch seconds. */
  readonly measured: number
  /** The second whose date counts: of a guessed clock that of the upload. */
  readonly counted: number
  /** Its date is that of the upload, because the device's clock guessed or there was none. */
  readonly guessed: boolean
  readonly userSlot?: number
  readonly uploadMinute: number
  readonly recordedMinute: number
  readonly offset: number
  /** The episode to which the second that counts belongs. */
  readonly episode?: string
  readonly excluded?: Exclusion
}

/** Every reading known at `knownAt`, judged, by counted second. */
export function judgeReadings(
  documents: readonly DaysDocument[],
  context: Context,
  episodes: readonly Episode[],
): readonly JudgedReading[] {
  const { knownAt = context.asOf } = context
  const fileOf = memo((device: string) => onFile(context, device, episodes))
  const judged = readingsOf(documents, minuteOf(knownAt)).map(({ device, reading, fault }) =>
    judge(reading, fileOf(device), fault),
  )
  return judged.sort((a, b) => a.counted - b.counted || a.offset - b.offset)
}

type OnFile = {
  readonly context: Context
  readonly episodes: readonly Episode[]
  readonly device: string
  readonly assigned: Enrolment['consents']
  readonly model?: ModelOnFile
}

function onFile(context: Context, device: string, episodes: readonly Episode[]): OnFile {
  const { enrolment } = context
  const known = enrolment.devices.find((held) => held.device === device)
  const model = enrolment.models.find((held) => held.model === known?.model)
  return { context, episodes, device, assigned: known?.assigned ?? [], ...(model && { model }) }
}

function judge(reading: DayReading, device: OnFile, fault: IndexFault | undefined): JudgedReading {
  const ahead = isAhead(reading, device.context)
  const guessed = ahead || reading.clockQuality === 'estimated' || reading.clockQuality === 'receipt'
  const counted = countedSecond(reading, guessed)
  const episode = episodeAt(device.episodes, counted)
  // what a clock says that is ahead of the arrival is no instant to test
  const instants = ahead || counted === reading.second ? [counted] : [reading.second, counted]
  const excluded = fault ?? exclusionOf(device, instants, episode)
  return {
    device: device.device,
    family: device.model?.family ?? 'RPM',
    measured: reading.second,
    counted,
    guessed,
    ...(reading.userSlot !== undefined && { userSlot: reading.userSlot }),
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

/** Of a guessed clock both instants must pass: the one it says, and the one whose date counts. */
function exclusionOf(
  { context, episodes, assigned, model }: OnFile,
  instants: readonly number[],
  episode: Episode | undefined,
): Exclusion | undefined {
  if (model === undefined) return 'DEVICE_UNKNOWN'
  if (!model.medical) return 'NOT_MEDICAL_DEVICE'
  if (!model.automatic) return 'NOT_AUTOMATIC'
  if (!instants.every((instant) => anyHolds(assigned, instant))) return 'NOT_ASSIGNED'
  if (!instants.every((instant) => anyHolds(context.enrolment.consents, instant))) return 'NO_CONSENT'
  if (episode === undefined || !instants.every((instant) => episodeAt(episodes, instant) === episode))
    return 'NO_EPISODE'
  return undefined
}

/** Arrival is known to the minute: only what is ahead of the whole minute is surely ahead (ADR 10). */
function isAhead({ second, uploadMinute }: DayReading, { enrolment, rulesOn }: Context): boolean {
  const aheadS = second - (uploadMinute * 60 + 59)
  if (aheadS <= 0) return false
  const day = zoneClock(zoneAt(enrolment, second)).dayAt(second)
  return aheadS > rulesOn(day).settings.futureMinutes * 60
}
