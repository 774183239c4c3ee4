import type { Chart } from '@cufflink/contracts'
import { is, isDate, isFlag, isNumber, isText, listOf, optional, shape } from './shape.ts'

type File = Chart['file']

export const isProgram = is('RPM', 'RTM', 'CCM', 'PCM', 'TCM', 'BHI', 'APCM')
const isKind = is('blood-pressure', 'body-weight', 'blood-glucose')

const isConsent = shape<File['consents'][number]>({
  consentedAt: isNumber,
  withdrawnAt: optional(isNumber),
  mode: is('verbal', 'written'),
  takenBy: isText,
  costShareExplained: optional(isFlag),
})
const isOrder = shape<File['orders'][number]>({
  orderedAt: isNumber,
  practitioner: isText,
  diagnosis: optional(isText),
  kind: optional(isKind),
  readingsPerWeek: optional(isNumber),
})
const isEpisode = shape<File['episodes'][number]>({
  episode: isText,
  openedAt: isNumber,
  closedAt: optional(isNumber),
  setUpAt: optional(isNumber),
})
const isDevice = shape<File['devices'][number]>({
  device: isText,
  model: isText,
  from: isNumber,
  to: optional(isNumber),
})
const isVisit = shape<File['visits'][number]>({
  visit: isText,
  visitedAt: isNumber,
  practitioner: isText,
  voided: isFlag,
})
export const isFile = shape<File>({
  enrolledAt: isNumber,
  programs: listOf(isProgram),
  condition: optional(isText),
  payer: optional(isText),
  established: isFlag,
  consents: listOf(isConsent),
  orders: listOf(isOrder),
  episodes: listOf(isEpisode),
  died: optional(isDate),
  devices: listOf(isDevice),
  visits: listOf(isVisit),
})
