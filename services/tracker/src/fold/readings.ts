import type { ReadingFact } from '@cufflink/contracts'
import {
  type DaysDocument,
  daysKey,
  decodeDays,
  decodeLate,
  encodeDays,
  encodeLate,
  foldDays,
  foldLate,
  type LateReadings,
  lateKey,
  monthOfFact,
} from '@cufflink/folds'
import type { DocumentKind, Projection } from './projection.ts'

const days: DocumentKind<DaysDocument> = {
  fold: (document, fact, offset) => foldDays(document, fact as ReadingFact, offset),
  encode: encodeDays,
  decode: decodeDays,
}

const late: DocumentKind<LateReadings> = {
  fold: (document, fact, offset) => foldLate(document, fact as ReadingFact, offset),
  encode: encodeLate,
  decode: decodeLate,
}

/** `readings` → for each patient and UTC month one days document; for each patient what tells that an older month changed. */
export const readingsProjection: Projection = (fact) => {
  if (
    fact.type !== 'reading.recorded' &&
    fact.type !== 'reading.retracted' &&
    fact.type !== 'reading.restored'
  )
    return []
  const { tenant, data } = fact
  const { patient } = data
  const month = monthOfFact(fact)
  const index = { key: daysKey(tenant, patient, month), kind: days, patient }
  return [index, { key: lateKey(tenant, patient), kind: late }]
}
