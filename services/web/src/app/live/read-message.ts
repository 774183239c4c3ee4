import type {
  Alarm,
  GatewayStatus,
  OpsReport,
  PartitionLag,
  Patch,
  PatientRow,
  Pong,
  PracticeMessage,
  RefusedReadings,
  StaffDay,
  WaitingReadings,
  Window,
} from '@cufflink/contracts'
import { isOrder, isQuick } from '../../worklist/list-view.ts'
import { anyOf, is, isDate, isFlag, isNumber, isText, listOf, optional, reader, shape } from './shape.ts'

const isPractice = shape<Window['practice']>({ id: isText, name: isText, zone: isText })

const isPeriod = shape<NonNullable<PatientRow['period']>>({
  start: isDate,
  end: isDate,
  readingsPerDate: listOf(isNumber),
})
const isMonth = shape<PatientRow['month']>({ month: isText, seconds: isNumber, conversation: isFlag })
const isCode = shape<PatientRow['codes'][number]>({
  code: isText,
  status: is('supported', 'short', 'blocked', 'held', 'final'),
  units: isNumber,
})

/** One line of the patient list; a chart carries it too. */
export const isRow = shape<PatientRow>({
  patient: isText,
  name: isText,
  zone: isText,
  today: isDate,
  dataDays: isNumber,
  period: optional(isPeriod),
  lastReadingAt: optional(isNumber),
  waitsFor: listOf(is('CONSENT', 'ORDER', 'EPISODE', 'DEVICE', 'READING')),
  month: isMonth,
  codes: listOf(isCode),
  working: listOf(isText),
  changes: isNumber,
  failed: optional(is('PATIENT_NOT_EVALUATED')),
})

const isStaffDay = shape<StaffDay>({ clinician: isText, name: isText, date: isDate, seconds: isNumber })

const isCounts = shape<Window['counts']>({
  call: isNumber,
  near: isNumber,
  missing: isNumber,
  working: isNumber,
})

const isWindow = shape<Window>({
  type: is('window'),
  version: isNumber,
  practice: isPractice,
  clockRate: isNumber,
  now: isNumber,
  order: isOrder,
  search: isText,
  quick: isQuick,
  first: isNumber,
  count: isNumber,
  total: isNumber,
  matching: isNumber,
  counts: isCounts,
  rows: listOf(isRow),
  staff: listOf(isStaffDay),
})

const isPatch = shape<Patch>({
  type: is('patch'),
  version: isNumber,
  now: isNumber,
  total: optional(isNumber),
  matching: optional(isNumber),
  counts: optional(isCounts),
  patients: optional(listOf(isText)),
  rows: listOf(isRow),
  staff: listOf(isStaffDay),
})

export const isPong = shape<Pong>({ type: is('pong'), version: isNumber, now: isNumber })

const isGateway = shape<GatewayStatus>({
  name: isText,
  up: isFlag,
  connections: isNumber,
  received: isNumber,
  acknowledged: isNumber,
  refused: isNumber,
  notKept: isNumber,
  duplicates: isNumber,
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
  alarms: listOf(shape<Alarm>({ code: isText, message: isText })),
  gateways: listOf(isGateway),
  partitions: listOf(isLag),
  refusals: listOf(
    shape<RefusedReadings>({
      device: isText,
      code: isText,
      message: isText,
      count: isNumber,
      since: isNumber,
      at: isNumber,
      index: optional(isNumber),
    }),
  ),
  waiting: listOf(
    shape<WaitingReadings>({
      device: isText,
      count: isNumber,
      first: isNumber,
      last: isNumber,
      through: isNumber,
      since: optional(isNumber),
    }),
  ),
  moreWaiting: isNumber,
})

export const readPracticeMessage = reader(anyOf<PracticeMessage>(isPatch, isWindow, isPong))
export const readOpsReport = reader(isReport)
