import type {
  GatewayStatus,
  OpsReport,
  PartitionLag,
  Patch,
  PatientRow,
  PracticeList,
  PracticeMessage,
  Snapshot,
} from '@cufflink/contracts'

/*
 * The page's own check of what it is about to show, by hand, because the schemas would bring their validator into the
 * bundle. A key of a type that has no check here does not compile. Further members are let through.
 */

type Check = (value: unknown) => boolean
type Checks<T> = { readonly [Key in keyof Required<T>]: Check }

const isText: Check = (value) => typeof value === 'string'
const isDate: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isFlag: Check = (value) => typeof value === 'boolean'
const is =
  (expected: string): Check =>
  (value) =>
    value === expected
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shape = <T>(checks: Checks<T>) => {
  const entries = Object.entries<Check>(checks)
  return (value: unknown): value is T => isRecord(value) && entries.every(([key, check]) => check(value[key]))
}

const isPractice = shape<Snapshot['practice']>({ id: isText, name: isText, zone: isText })

const isRow = shape<PatientRow>({
  patient: isText,
  name: isText,
  zone: isText,
  today: isDate,
  dataDays: isNumber,
  period: optional(
    shape<NonNullable<PatientRow['period']>>({
      start: isDate,
      end: isDate,
      readingsPerDate: listOf(isNumber),
    }),
  ),
  lastReadingAt: optional(isNumber),
})

const isSnapshot = shape<Snapshot>({
  type: is('snapshot'),
  version: isNumber,
  practice: isPractice,
  clockRate: isNumber,
  now: isNumber,
  patients: listOf(isRow),
})

const isPatch = shape<Patch>({ type: is('patch'), version: isNumber, now: isNumber, patients: listOf(isRow) })

const isGateway = shape<GatewayStatus>({
  name: isText,
  up: isFlag,
  connections: isNumber,
  received: isNumber,
  acknowledged: isNumber,
  refused: isNumber,
  parked: isNumber,
  inFlight: isNumber,
  perSecond: isNumber,
})

const isLag = shape<PartitionLag>({
  topic: isText,
  partition: isNumber,
  end: isNumber,
  watermark: isNumber,
  lag: isNumber,
})

const isReport = shape<OpsReport>({
  type: is('ops'),
  now: isNumber,
  engines: shape<OpsReport['engines']>({ ledger: isText, views: isText }),
  ledgerUp: isFlag,
  viewsUp: isFlag,
  gateways: listOf(isGateway),
  partitions: listOf(isLag),
})

export const isPracticeList = shape<PracticeList>({ practices: listOf(isPractice) })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const readPracticeMessage = (text: string): PracticeMessage | undefined => {
  const value = parse(text)
  return isPatch(value) || isSnapshot(value) ? value : undefined
}

export const readOpsReport = (text: string): OpsReport | undefined => {
  const value = parse(text)
  return isReport(value) ? value : undefined
}
