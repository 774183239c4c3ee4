import { failure } from '@cufflink/contracts'
import { localDate, medicare, rulesOn } from '@cufflink/rules'
import { type LineName, standingClaims } from '../charts/claims.ts'
import type { Commands } from './commands.ts'

export type Span = { readonly start: number; readonly end: number }

type Change = { readonly spans: readonly Span[]; readonly acknowledgeLocked: boolean | undefined }

/**
 * Of what a line for time is billed with (minutes, and the conversation that it needs).
 * @throws {CufflinkError} TIME_LOCKED where such a line stands locked over the dates of these spans, unless that is acknowledged
 */
export async function requireUnlocked(
  { practices, documents }: Pick<Commands, 'practices' | 'documents'>,
  { practice, patient }: { readonly practice: string; readonly patient: string },
  { spans, acknowledgeLocked = false }: Change,
): Promise<void> {
  if (acknowledgeLocked) return
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
  if (standingClaims(claims).some(isTouched)) throw failure('TIME_LOCKED')
}

/** Whether a code is billed with minutes; one that no rule set knows any more may be. */
function isOfTime(code: string): boolean {
  const { ruleSet } = rulesOn(medicare, '9999-12-31')
  const role = ruleSet.codes.find((rule) => rule.code === code)?.role
  return role === undefined || !['setup', 'device-low', 'device-high'].includes(role)
}
