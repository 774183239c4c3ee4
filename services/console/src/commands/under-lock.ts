import { type LineName, monthsBetween, type Span, sharingWith, standingClaims } from '@cufflink/charts'
import { failure } from '@cufflink/contracts'
import { localDate, medicare, rulesOn } from '@cufflink/rules'
import type { Commands } from './commands.ts'

const DAY_MS = 86_400_000

type Change = {
  readonly spans: readonly Span[]
  /** Whose time it is: what of it lies over that with another patient trims that. None for a conversation. */
  readonly clinician?: string
  readonly acknowledgeLocked: boolean | undefined
}

type Read = Pick<Commands, 'practices' | 'documents'>
type OnWhom = { readonly practice: string; readonly patient: string }

/**
 * Of what a line for time is billed with (minutes, and the conversation that it needs).
 * @throws {CufflinkError} TIME_LOCKED where such a line stands locked over the dates of these spans, or over time with another patient that they
 *   trim, unless that is acknowledged
 */
export async function requireUnlocked(
  read: Read,
  { practice, patient }: OnWhom,
  { spans, clinician, acknowledgeLocked = false }: Change,
): Promise<void> {
  if (acknowledgeLocked) return
  const beside = clinician === undefined ? [] : await besideOf(read, { practice, clinician, spans })
  const touched = [...spans.map((span) => ({ ...span, patient })), ...beside]
  for (const [one, own] of Map.groupBy(touched, (span) => span.patient))
    if (await isLocked(read, { practice, patient: one }, own)) throw failure('TIME_LOCKED')
}

async function besideOf(
  { documents }: Read,
  { practice, clinician, spans }: { practice: string; clinician: string; spans: readonly Span[] },
): Promise<ReturnType<typeof sharingWith>> {
  // A stretch is kept where it began, which may be two days before it is over.
  const months = spans.flatMap(({ start, end }) => monthsBetween(start - 2 * DAY_MS, end + DAY_MS))
  const parts = await documents.clinician(practice, clinician, [...new Set(months)])
  return sharingWith(spans, { parts, clinician })
}

async function isLocked(
  { practices, documents }: Read,
  { practice, patient }: OnWhom,
  spans: readonly Span[],
): Promise<boolean> {
  const { zone } = await practices.get(practice)
  const dates = spans.flatMap(({ start, end }) => [
    localDate(start, zone),
    localDate(Math.max(start, end - 1), zone),
  ])
  // A line lies in the claims of the year in which it ends, and may be one of thirty days.
  const years = new Set(dates.flatMap((date) => [date.slice(0, 4), String(Number(date.slice(0, 4)) + 1)]))
  const { claims } = await documents.activity(practice, patient, { claims: [...years] })
  const isTouched = ({ code, from, to }: LineName): boolean =>
    isOfTime(code) && dates.some((date) => from <= date && date <= to)
  return standingClaims(claims).some(isTouched)
}

/** Whether a code is billed with minutes; one that no rule set knows any more may be. */
function isOfTime(code: string): boolean {
  const { ruleSet } = rulesOn(medicare, '9999-12-31')
  const role = ruleSet.codes.find((rule) => rule.code === code)?.role
  return role === undefined || !['setup', 'device-low', 'device-high'].includes(role)
}
