import type { CodeLine, MonthLine, MonthMessage } from '@cufflink/contracts'
import { line, nowMs } from '../chart/fixtures.ts'

export const opened: Extract<MonthMessage, { type: 'month' }> = {
  type: 'month',
  month: '2026-03',
  now: nowMs,
  clockRate: 1,
  practice: { id: 'cedar', name: 'Cedar Heart', zone: 'America/New_York' },
  patients: 3,
}

export const monthLine = (
  patient: string,
  code: string,
  more: Partial<Omit<MonthLine, 'line'>> & { readonly line?: Partial<CodeLine> } = {},
): MonthLine => ({
  patient,
  name: `Patient ${patient}`,
  standing: 'ready',
  prompts: [],
  history: [],
  ...more,
  line: line(code, { status: 'final', units: 1, amountCents: 5_000, missing: {}, ...more.line }),
})
