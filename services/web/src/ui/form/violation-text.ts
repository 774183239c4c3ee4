import type { Violation } from '@cufflink/contracts/client'
import { nameFault, textFault } from '@cufflink/contracts/names'

/** The properties that are not called what their fields are. */
const fieldNames: Readonly<Record<string, string>> = {
  until: 'to',
  startedAt: 'start',
  endedAt: 'end',
  readingsPerWeek: 'readings a week',
}

const rules: Readonly<Record<string, string>> = {
  minimum: 'is too small, or too long ago',
  maximum: 'is too large, or too far ahead',
  minLength: 'is missing',
  required: 'is missing',
  maxLength: 'is too long',
  pattern: 'is not written as it must be',
  name: nameFault,
  text: textFault,
  format: 'is not written as it must be',
}

/** `body.caregiver.name` → `name`; `orderedAt` → `ordered` */
const fieldName = (property: string): string => {
  const last = property.split('.').findLast((part) => !/^\d*$/.test(part)) ?? property
  return (
    fieldNames[last] ?? last.replace(/At$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  )
}

/** What is wrong with what was typed, for those who typed it: `“from” is too small, or too long ago.` */
export const violationText = (violations: readonly Violation[]): string =>
  violations
    .map(({ property, rule }) => `“${fieldName(property)}” ${rules[rule] ?? 'cannot be recorded as it is'}`)
    .join('; ')
    .concat('. Nothing was saved.')
