import type { BodyOf } from '@cufflink/contracts'
import type { Fields } from '../../ui/form/fields.ts'
import { typedInstant, wallOfField } from '../../ui/time/zoned-input.ts'

/**
 * The instant of a form's date and time on the clocks of a zone; `undefined` when it was left empty.
 * @throws {RangeError} when the clocks never showed it, or twice and no one said which: the form lets neither through
 */
export const instantOfFields = ({ when = '', which }: Fields, zone: string): number | undefined => {
  const instant = typedInstant({ ...wallOfField(when), which }, zone)
  if (typeof instant === 'string') throw new RangeError(instant)
  return instant
}

/** What was left empty is left out: the server then takes now. */
const optionally = <Key extends string>(key: Key, value: number | undefined): { [Name in Key]?: number } =>
  value === undefined ? {} : ({ [key]: value } as { [Name in Key]?: number })

export const consentBody = (fields: Fields, zone: string): BodyOf<'recordConsent'> => ({
  mode: fields.mode === 'written' ? 'written' : 'verbal',
  costShareExplained: fields.costShare !== undefined,
  ...optionally('consentedAt', instantOfFields(fields, zone)),
})

export const orderKinds = ['blood-pressure', 'body-weight', 'blood-glucose'] as const

/** ICD-10-CM, as the order's schema has it. */
export const diagnosisPattern = '[A-Za-z][0-9][0-9A-Za-z](\\.[0-9A-Za-z]{1,4})?'
/** A device's id. */
export const devicePattern = '[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}'

export const orderBody = (fields: Fields, zone: string): BodyOf<'recordOrder'> => ({
  practitioner: (fields.practitioner ?? '').trim(),
  diagnosis: (fields.diagnosis ?? '').trim().toUpperCase(),
  kind: orderKinds.find((kind) => kind === fields.kind) ?? 'blood-pressure',
  readingsPerWeek: Number(fields.readingsPerWeek),
  ...optionally('orderedAt', instantOfFields(fields, zone)),
})

export const openingBody = (fields: Fields, zone: string): BodyOf<'openEpisode'> =>
  optionally('openedAt', instantOfFields(fields, zone))

export const closingBody = (fields: Fields, zone: string): BodyOf<'closeEpisode'> => ({
  reason: (fields.reason ?? '').trim(),
  ...(fields.died ? { died: fields.died } : {}),
  ...optionally('closedAt', instantOfFields(fields, zone)),
})

export const setUpBody = (fields: Fields, zone: string): BodyOf<'recordSetUp'> => ({
  ...optionally('doneAt', instantOfFields(fields, zone)),
  ...(fields.device ? { device: fields.device } : {}),
})

export const withdrawalBody = (fields: Fields, zone: string): BodyOf<'withdrawConsent'> =>
  optionally('withdrawnAt', instantOfFields(fields, zone))

/** `undefined` while the date and the time are missing. */
export const visitBody = (fields: Fields, zone: string): BodyOf<'recordVisit'> | undefined => {
  const visitedAt = instantOfFields(fields, zone)
  return visitedAt === undefined ? undefined : { visitedAt, practitioner: (fields.practitioner ?? '').trim() }
}

export const assignmentBody = (
  fields: Fields,
  { patient, zone }: { readonly patient: string; readonly zone: string },
): BodyOf<'assignDevice'> => ({
  patient,
  ...optionally('from', instantOfFields(fields, zone)),
  ...(fields.move === 'on' && { move: true }),
})
