import type { Fact } from '@cufflink/contracts'
import { assertNever } from '@cufflink/contracts'
import { type DaysDocument, daysKey, decodeDays, encodeDays, foldDays, monthOf } from '@cufflink/rules'
import type { Projection } from './projection.ts'

/** `readings` → one days document for each patient and UTC month. */
export const daysProjection: Projection<DaysDocument> = {
  target(fact) {
    const measured = measuredBy(fact)
    if (measured === undefined) return undefined
    const { patient, measuredAt } = measured
    return { key: daysKey(fact.tenant, patient, monthOf(measuredAt)), patient }
  },
  fold(document, fact, offset) {
    switch (fact.type) {
      case 'reading.recorded':
      case 'reading.retracted':
        return foldDays(document, fact, offset)
      default:
        return assertNever(fact as never)
    }
  },
  encode: encodeDays,
  decode: decodeDays,
}

function measuredBy(fact: Fact): { patient: string; measuredAt: number } | undefined {
  switch (fact.type) {
    case 'reading.recorded':
      return { patient: fact.data.patient, measuredAt: fact.data.reading.measuredAt }
    case 'reading.retracted':
      return fact.data
    default:
      return undefined
  }
}
