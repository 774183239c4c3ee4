import type { ReadingFact } from '@cufflink/contracts'
import {
  type DaysDocument,
  daysKey,
  decodeDays,
  decodeRecent,
  encodeDays,
  encodeRecent,
  foldDays,
  foldRecent,
  monthOfFact,
  type RecentDocument,
  recentKey,
} from '@cufflink/rules'
import type { DocumentKind, Projection } from './projection.ts'

const days: DocumentKind<DaysDocument> = {
  fold: (document, fact, offset) => foldDays(document, fact as ReadingFact, offset),
  encode: encodeDays,
  decode: decodeDays,
}

const recent: DocumentKind<RecentDocument> = {
  fold: (document, fact, offset) => foldRecent(document, fact as ReadingFact, offset),
  encode: encodeRecent,
  decode: decodeRecent,
}

/** `readings` → one days document for each patient and UTC month, and the patient's latest readings with their values. */
export const readingsProjection: Projection = (fact) => {
  if (fact.type !== 'reading.recorded' && fact.type !== 'reading.retracted') return []
  const { tenant, data } = fact
  const { patient } = data
  return [
    { key: daysKey(tenant, patient, monthOfFact(fact)), kind: days, patient },
    { key: recentKey(tenant, patient), kind: recent, patient },
  ]
}
