import type { ReadingFact } from '@cufflink/contracts'
import {
  type DaysDocument,
  daysKey,
  decodeDays,
  decodeLate,
  decodeRecent,
  encodeDays,
  encodeLate,
  encodeRecent,
  foldDays,
  foldLate,
  foldRecent,
  type LateReadings,
  lateKey,
  monthOfFact,
  type RecentDocument,
  recentKey,
  type ValuesFact,
} from '@cufflink/folds'
import type { DocumentKind, Projection } from './projection.ts'

const days: DocumentKind<DaysDocument> = {
  fold: (document, fact, offset) => foldDays(document, fact as ReadingFact, offset),
  encode: encodeDays,
  decode: decodeDays,
}

const recent: DocumentKind<RecentDocument> = {
  fold: (document, fact, offset) => foldRecent(document, fact as ValuesFact, offset),
  encode: encodeRecent,
  decode: decodeRecent,
}

const late: DocumentKind<LateReadings> = {
  fold: (document, fact, offset) => foldLate(document, fact as ReadingFact, offset),
  encode: encodeLate,
  decode: decodeLate,
}

/**
 * `readings` → for each patient and UTC month one days document, and one of the readings with their values; for each patient what tells that
 * an older month changed.
 */
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
  const older = { key: lateKey(tenant, patient), kind: late }
  // Whether a reading counts again is said by the index alone.
  if (fact.type === 'reading.restored') return [index, older]
  return [index, older, { key: recentKey(tenant, patient, month), kind: recent, patient }]
}
