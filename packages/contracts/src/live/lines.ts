import { type Static, Type } from 'typebox'
import { Actor, InstantMs, IsoDate, Slug, strict } from '../primitives.ts'

const Count = Type.Integer({ minimum: 0 })
const Code = Type.String({ pattern: '^[0-9A-Z]{5}$' })

/**
 * `supported`: could be billed today, its window is open · `final`: window and grace have ended · `short`: something is missing ·
 * `blocked`: a gate forbids it · `held`: for a person to decide.
 */
export const LineStatus = Type.Enum(['supported', 'short', 'blocked', 'held', 'final'])

/** A code whose threshold is met, in short. */
export const PatientCode = Type.Object({ code: Code, status: LineStatus, units: Count }, strict)

/** A gate or a warning: its name in the rules, and what it says to a person. */
const Signal = Type.Object({ signal: Type.String(), text: Type.String() }, strict)

/** One code in one window, for a page: where it stands and why. Dates are local, both included; `missing` in days and seconds. */
export const CodeLine = Type.Object(
  {
    code: Code,
    program: Type.Enum(['RPM', 'RTM']),
    title: Type.String(),
    clock: Type.Enum(['episode', 'period', 'month']),
    from: IsoDate,
    to: IsoDate,
    status: LineStatus,
    units: Count,
    have: Type.Object(
      { days: Type.Optional(Count), seconds: Type.Optional(Count), conversations: Type.Optional(Count) },
      strict,
    ),
    missing: Type.Object(
      {
        days: Type.Optional(Count),
        seconds: Type.Optional(Count),
        conversation: Type.Optional(Type.Literal(true)),
      },
      strict,
    ),
    reach: Type.Object({ possible: Type.Boolean(), daysLeft: Count }, strict),
    /** The chance, 0 to 1, that a line which is short will be met by its end, and what that stands on: an estimate, which decides nothing. */
    estimate: Type.Optional(
      Type.Object({ chance: Type.Number({ minimum: 0, maximum: 1 }), because: Type.String() }, strict),
    ),
    finalOn: IsoDate,
    /** The last date that its claim may bear, where the patient died before the last of its dates. */
    lastDate: Type.Optional(IsoDate),
    blocks: Type.Array(Signal),
    warnings: Type.Array(Signal),
    amountCents: Type.Optional(Count),
    locked: Type.Boolean(),
    threshold: Type.String(),
    source: Type.String(),
  },
  strict,
)
export type CodeLine = Static<typeof CodeLine>

/** What a month's record still lacks before its time can be locked, as a sentence that says what to do. */
export const Prompt = Type.Object({ prompt: Slug, text: Type.String() }, strict)
export type Prompt = Static<typeof Prompt>

/** What someone did to a line, and when it was written; `submittedAt` is when it went to the payer, as they said. */
export const LineEvent = Type.Object(
  {
    event: Type.Enum(['locked', 'submitted', 'unlocked', 'released', 'dismissed', 'reopened']),
    at: InstantMs,
    by: Actor,
    /** As what it was locked or sent: another code of the same dates may have stood in its place. */
    code: CodeLine.properties.code,
    units: Type.Optional(Count),
    amountCents: Type.Optional(Count),
    submittedAt: Type.Optional(InstantMs),
    reference: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
  },
  strict,
)
export type LineEvent = Static<typeof LineEvent>
