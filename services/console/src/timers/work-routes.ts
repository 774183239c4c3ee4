import { clinicianDays } from '@cufflink/billing'
import { type Documents, type Practices } from '@cufflink/charts'
import {
  failure,
  liveSchemas,
  rowOf,
  type TimerStopped,
  type WorkMessage,
  type WorkRequest,
} from '@cufflink/contracts'
import { localDate, monthsBetween } from '@cufflink/folds'
import type { Clock, Logger } from '@cufflink/runtime'
import type { WebSocket } from '@fastify/websocket'
import { Compile } from 'typebox/compile'
import { fileOf } from '../api/carry-out.ts'
import type { OperationRoutes } from '../api/operation-routes.ts'
import { requireCategory, requireProgram } from '../decide/command.ts'
import { refuse } from '../live/sockets.ts'
import type { TimerOwner } from './owner.ts'
import { type Limits, usualLimits } from './timer.ts'
import type { Timers, WantedWork } from './timers.ts'

const DAY_MS = 86_400_000
const FOLDED_AFTER_MS = 1_000
/** Requests of one connection that may wait for their turn; a page has one or two. */
const MAX_WAITING = 20
/** Answers to what a page says itself: one that asks and does not read is dropped. */
const MAX_UNSENT_BYTES = 1_048_576
const Request = Compile(liveSchemas.WorkRequest)

export type WorkOptions = {
  readonly routes: OperationRoutes
  readonly timers: Timers
  readonly documents: Documents
  readonly practices: Practices
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Limits
  readonly longCallMs: number
}

/** The websocket of a person's own timer: one per open page; and the days that a clinician worked. */
export function workRoutes(options: WorkOptions): void {
  const { routes, documents, practices, clock } = options
  routes.socket('liveWork', (socket, { params, who }) =>
    serveTimer(socket, { practice: params.practice, user: who.user }, options),
  )

  routes.answer('clinicianDays', async ({ params }) => {
    const { practice, user, month } = params
    const { zone } = await practices.get(practice)
    const first = Temporal.PlainDate.from(`${month}-01`)
    const from = first.toZonedDateTime(zone).epochMilliseconds - DAY_MS
    const to = first.add({ months: 1 }).toZonedDateTime(zone).epochMilliseconds
    const parts = await documents.clinician(practice, user, monthsBetween(from, to))
    const days = clinicianDays(parts, {
      clinician: user,
      zone,
      asOf: clock.now(),
      knownAt: Number.POSITIVE_INFINITY,
      month,
    })
    return { days: days.map(({ date, seconds, patients }) => ({ date, seconds, patients })) }
  })
}

type Person = { readonly practice: string; readonly user: string }
type Say = (message: WorkMessage) => void

/** Tells a page what becomes of its person's timer, and does what it asks. */
function serveTimer(socket: WebSocket, person: Person, options: WorkOptions): void {
  const { timers, clock, logger, limits = usualLimits, longCallMs } = options
  const say = speakerOf(socket)
  const tellDay = (): Promise<void> => tellDayOf(person, say, options)
  const owner: TimerOwner = {
    practice: person.practice,
    clinician: person.user,
    running: say,
    stopped: (ending: TimerStopped) => {
      say(ending)
      void tellDay()
      // And once the trackers have surely folded it.
      setTimeout(() => void tellDay(), FOLDED_AFTER_MS).unref()
    },
    warned: (session, stopsInMs) => say({ type: 'timer.warning', session, stopsInMs }),
    late: () => say({ type: 'presence.due' }),
  }

  const { heartbeatMs, warnMs, idleMs } = limits
  const hello = { now: clock.now(), clockRate: clock.rate, heartbeatMs, warnMs, idleMs, longCallMs }
  say({ type: 'hello', ...hello })
  void tellDay()
  let waiting = 0
  /** One request at a time, in their order: a stop must not overtake the start before it. */
  let turn = Promise.resolve()
  socket.on('close', () => timers.leave(owner))
  socket.on('message', (data: Buffer) => {
    try {
      handle(data)
    } catch (error) {
      logger.error('a message could not be handled', { error })
      refuse(socket, error)
    }
  })

  function handle(data: Buffer): void {
    const request = parse(data)
    if (request === undefined) return socket.close(1008, 'REQUEST_INVALID')
    if (request.type === 'presence') return timers.presence(owner, request)
    if (waiting >= MAX_WAITING) return socket.close(1008, 'REQUEST_INVALID')
    waiting += 1
    turn = turn
      .then(() => carryOut(request, owner, options))
      .catch((error: unknown) => {
        const { code, message } = rowOf(error)
        if (code === 'INTERNAL') logger.error('a timer was refused', { error })
        say({ type: 'refused', request: request.request, code, message })
      })
      .finally(() => {
        waiting -= 1
      })
  }
}

async function carryOut(
  request: Exclude<WorkRequest, { type: 'presence' }>,
  owner: TimerOwner,
  { timers, documents }: WorkOptions,
): Promise<void> {
  switch (request.type) {
    case 'timer.start':
      return timers.start(owner, await wantedWork(request, owner.practice, documents))
    case 'timer.resume':
      return timers.resume(owner, request.session, request)
    case 'timer.stop':
      return timers.stop(owner, request.reason, request.atMs)
  }
}

async function wantedWork(
  { patient, program, category }: Omit<WantedWork, 'patientName'>,
  practice: string,
  documents: Documents,
): Promise<WantedWork> {
  requireCategory(category)
  const file = await fileOf({ documents }, { practice, patient })
  requireProgram(file, program)
  const enrolled = file.findLast(({ fact }) => fact.type === 'patient.enrolled')?.fact
  if (enrolled?.type !== 'patient.enrolled') throw failure('PATIENT_UNKNOWN')
  return { patient, patientName: enrolled.data.name, program, category }
}

/** The person's own day so far; when it cannot be read now, the next one tells. */
async function tellDayOf(
  { practice, user }: Person,
  say: Say,
  { documents, practices, clock }: WorkOptions,
): Promise<void> {
  try {
    const { zone } = await practices.get(practice)
    const now = clock.now()
    const date = localDate(now, zone)
    const parts = await documents.clinician(practice, user, monthsBetween(now - DAY_MS, now))
    const [day] = clinicianDays(parts, {
      clinician: user,
      zone,
      asOf: now,
      knownAt: Number.POSITIVE_INFINITY,
      from: date,
      to: date,
    })
    say({ type: 'day', date, seconds: day?.seconds ?? 0 })
  } catch {
    // the views are away
  }
}

const speakerOf =
  (socket: WebSocket) =>
  (message: WorkMessage): void => {
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }

function parse(data: Buffer): WorkRequest | undefined {
  try {
    const request: unknown = JSON.parse(data.toString())
    return Request.Check(request) ? request : undefined
  } catch {
    return undefined
  }
}
