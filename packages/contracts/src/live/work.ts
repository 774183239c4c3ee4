import { type Static, Type } from 'typebox'
import { InstantMs, IsoDate, Name, Program, Slug, strict } from '../primitives.ts'

const Ms = Type.Integer({ minimum: 0, maximum: 86_400_000 })
/** Chosen by the sender, so that the answer can be told from others. */
const request = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** Starts a timer on a patient; whatever timer of the person runs, wherever it runs, stops. */
export const TimerStart = Type.Object(
  { type: Type.Literal('timer.start'), request, patient: Slug, program: Program, category: Slug },
  strict,
)

/**
 * When a request was sent, in ms of the session: the `atMs` of a `timer` plus what the sender's stopwatch has gone since. A line that
 * stood still in between delays what it carries, and proves nothing by that.
 */
const atMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** After the connection was lost: goes on with the session that ran, if it still runs. `idleMs` as in `presence`. */
export const TimerResume = Type.Object(
  { type: Type.Literal('timer.resume'), request, session: Slug, idleMs: Ms, atMs },
  strict,
)

/** How long before `atMs` the person last moved, typed or clicked, by the sender's stopwatch. Sent every `heartbeatMs` while a timer runs. */
export const Presence = Type.Object({ type: Type.Literal('presence'), idleMs: Ms, atMs }, strict)

/** `left`: the chart was left. */
export const TimerStop = Type.Object(
  { type: Type.Literal('timer.stop'), request, reason: Type.Enum(['stopped', 'left']), atMs },
  strict,
)

export const WorkRequest = Type.Union([TimerStart, TimerResume, Presence, TimerStop])
export type WorkRequest = Static<typeof WorkRequest>

/**
 * Sent first: the server's clock and the limits it holds, in ms of work. A conversation is presence for `longCallMs` without any other
 * sign of its person; a longer one is confirmed when it is recorded.
 */
export const WorkHello = Type.Object(
  {
    type: Type.Literal('hello'),
    now: InstantMs,
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    heartbeatMs: Ms,
    warnMs: Ms,
    idleMs: Ms,
    longCallMs: Ms,
  },
  strict,
)

/**
 * The person's timer, told `atMs` after its start; `workedMs` of them are proven. `here`: it runs for this very connection. `saved`: its beginning is durable.
 */
export const TimerRunning = Type.Object(
  {
    type: Type.Literal('timer'),
    session: Slug,
    patient: Slug,
    patientName: Name,
    program: Program,
    category: Slug,
    startedAt: InstantMs,
    workedMs: Ms,
    atMs,
    here: Type.Boolean(),
    saved: Type.Boolean(),
  },
  strict,
)
export type TimerRunning = Static<typeof TimerRunning>

/** `moved`: the person works elsewhere now. `until` is the last proof of presence. */
export const TimerStopped = Type.Object(
  {
    type: Type.Literal('timer.stopped'),
    session: Slug,
    patient: Slug,
    until: InstantMs,
    workedMs: Ms,
    reason: Type.Enum(['stopped', 'idle', 'left', 'signed-out', 'lost', 'moved']),
  },
  strict,
)
export type TimerStopped = Static<typeof TimerStopped>

/** No one moved for so long that the timer will stop unless someone does. */
export const TimerWarning = Type.Object(
  { type: Type.Literal('timer.warning'), session: Slug, stopsInMs: Ms },
  strict,
)

/** Presence was not proven for a heartbeat: a page that no one looks at has its timers held back, but hears this and answers. */
export const PresenceDue = Type.Object({ type: Type.Literal('presence.due') }, strict)

/** The answer to a request that was refused: a code of the error table and what it says. */
export const WorkRefused = Type.Object(
  { type: Type.Literal('refused'), request, code: Type.String(), message: Type.String() },
  strict,
)

/** The person's own date in the practice's zone so far, over all patients, without what still runs unproven. */
export const WorkDay = Type.Object(
  { type: Type.Literal('day'), date: IsoDate, seconds: Type.Integer({ minimum: 0 }) },
  strict,
)

export const WorkMessage = Type.Union([
  WorkHello,
  TimerRunning,
  TimerStopped,
  TimerWarning,
  PresenceDue,
  WorkRefused,
  WorkDay,
])
export type WorkMessage = Static<typeof WorkMessage>
