import { type Static, Type } from 'typebox'
import { InstantMs, IsoMonth, Name, Slug, strict, ZoneId } from '../primitives.ts'
import { CodeLine, LineEvent, Prompt } from './lines.ts'

const Count = Type.Integer({ minimum: 0 })

/**
 * A line of the month's sheet. `ready`: can be locked · `open`: met, its window or grace is not over · `short` · `blocked`: by a
 * gate, or by what the record lacks (`prompts`) · `held`: for a person · `locked`.
 */
export const MonthLine = Type.Object(
  {
    patient: Slug,
    name: Name,
    standing: Type.Enum(['ready', 'open', 'short', 'blocked', 'held', 'locked']),
    line: CodeLine,
    prompts: Type.Array(Prompt),
    /** What people did to it, oldest first. */
    history: Type.Array(LineEvent),
  },
  strict,
)
export type MonthLine = Static<typeof MonthLine>

export const MonthOpened = Type.Object(
  {
    type: Type.Literal('month'),
    month: IsoMonth,
    now: InstantMs,
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    practice: Type.Object({ id: Slug, name: Name, zone: ZoneId }, strict),
    patients: Count,
  },
  strict,
)
/**
 * The lines of some patients; of a patient who was sent before, these replace them. The lines of those who `failed` are not known: they could not
 * be worked out (PATIENT_NOT_EVALUATED).
 */
export const MonthLines = Type.Object(
  {
    type: Type.Literal('month.lines'),
    patients: Type.Array(Slug),
    lines: Type.Array(MonthLine),
    failed: Type.Array(Slug),
  },
  strict,
)
export const MonthProgress = Type.Object(
  {
    type: Type.Literal('month.progress'),
    step: Type.Enum(['evaluating', 'locking']),
    done: Count,
    of: Count,
  },
  strict,
)
/** A closing ended: so many lines were locked; `code` says why it ended early. */
export const MonthClosingEnded = Type.Object(
  {
    type: Type.Literal('month.closing-ended'),
    closing: Slug,
    locked: Count,
    code: Type.Optional(Type.String()),
  },
  strict,
)
export const MonthMessage = Type.Union([MonthOpened, MonthLines, MonthProgress, MonthClosingEnded])
export type MonthMessage = Static<typeof MonthMessage>
