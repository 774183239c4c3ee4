import type { BodyOf } from '@cufflink/contracts'
import type { Fields } from './form/fields.ts'
import { zonedToInstant } from './zoned-input.ts'

/** The instant of a field `2026-03-04T09:30` on the clocks of a zone; `undefined` when it was left empty. */
export const instantOfField = (text: string | undefined, zone: string): number | undefined => {
  if (text === undefined || text === '') return undefined
  const [date = '', time = ''] = text.split('T')
  return zonedToInstant(date, time, zone)
}

/** What was left empty is left out: the server then takes now. */
const optionally = <Key extends string>(key: Key, value: number | undefined): { [Name in Key]?: number } =>
  value === undefined ? {} : ({ [key]: value } as { [Name in Key]?: number })

export const consentBody = (fields: Fields, zone: string): BodyOf<'recordConsent'> => ({
  mode: fields.mode === 'written' ? 'written' : 'verbal',
  costShareExplained: fields.costShare !== undefined,
  ...optionally('consentedAt', instantOfField(fields.when, zone)),
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
  ...optionally('orderedAt', instantOfField(fields.when, zone)),
})

export const openingBody = (fields: Fields, zone: string): BodyOf<'openEpisode'> =>
  optionally('openedAt', instantOfField(fields.when, zone))

export const closingBody = (fields: Fields, zone: string): BodyOf<'closeEpisode'> => ({
  reason: (fields.reason ?? '').trim(),
  ...(fields.died ? { died: fields.died } : {}),
  ...optionally('closedAt', instantOfField(fields.when, zone)),
})

export const setUpBody = (fields: Fields, zone: string): BodyOf<'recordSetUp'> => ({
  ...optionally('doneAt', instantOfField(fields.when, zone)),
  ...(fields.device ? { device: fields.device } : {}),
})

export const withdrawalBody = (fields: Fields, zone: string): BodyOf<'withdrawConsent'> =>
  optionally('withdrawnAt', instantOfField(fields.when, zone))

/** `undefined` while the date and the time are missing. */
export const visitBody = (fields: Fields, zone: string): BodyOf<'recordVisit'> | undefined => {
  const visitedAt = instantOfField(fields.when, zone)
  return visitedAt === undefined ? undefined : { visitedAt, practitioner: (fields.practitioner ?? '').trim() }
}

export const assignmentBody = (
  fields: Fields,
  { patient, zone }: { readonly patient: string; readonly zone: string },
): BodyOf<'assignDevice'> => ({
  patient,
  ...optionally('from', instantOfField(fields.when, zone)),
  ...(fields.move === 'on' && { move: true }),
})
