import type { TimerRunning, TimerStopped, WorkMessage } from '@cufflink/contracts'
import { anyOf, is, isDate, isFlag, isNumber, isText, reader, shape } from '../live/shape.ts'

type Of<Type extends WorkMessage['type']> = Extract<WorkMessage, { type: Type }>

const isHello = shape<Of<'hello'>>({
  type: is('hello'),
  now: isNumber,
  clockRate: isNumber,
  heartbeatMs: isNumber,
  warnMs: isNumber,
  idleMs: isNumber,
  longCallMs: isNumber,
})
const isTimer = shape<TimerRunning>({
  type: is('timer'),
  session: isText,
  patient: isText,
  patientName: isText,
  program: isText,
  category: isText,
  startedAt: isNumber,
  workedMs: isNumber,
  atMs: isNumber,
  here: isFlag,
  saved: isFlag,
})
const isStopped = shape<TimerStopped>({
  type: is('timer.stopped'),
  session: isText,
  patient: isText,
  until: isNumber,
  workedMs: isNumber,
  reason: is('stopped', 'idle', 'left', 'signed-out', 'lost', 'moved'),
})
const isWarning = shape<Of<'timer.warning'>>({
  type: is('timer.warning'),
  session: isText,
  stopsInMs: isNumber,
})
const isDue = shape<Of<'presence.due'>>({ type: is('presence.due') })
const isRefused = shape<Of<'refused'>>({
  type: is('refused'),
  request: isNumber,
  code: isText,
  message: isText,
})
const isDay = shape<Of<'day'>>({ type: is('day'), date: isDate, seconds: isNumber })

export const readWorkMessage = reader(
  anyOf<WorkMessage>(isHello, isTimer, isStopped, isWarning, isDue, isRefused, isDay),
)
