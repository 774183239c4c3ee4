import { countText } from '../ui/words.ts'
import type { Ended } from './month-state.ts'

const causes: Readonly<Record<string, string>> = {
  PATIENT_NOT_EVALUATED: 'the lines of a patient cannot be worked out',
  LINE_NOT_READY: 'a line that was picked can no longer be locked as it stands',
  CLOSING_UNDER_WAY: 'another closing of this practice is under way',
  LEDGER_UNAVAILABLE: 'the ledger could not take more',
  VIEWS_UNAVAILABLE: 'the views could not be read',
}

/** How a closing ended. What it locked is locked, also when it ended early. */
export const endedText = ({ locked, code }: Ended): string => {
  const lines = `${countText(locked, 'line')} ${locked === 1 ? 'is' : 'are'} locked`
  if (code === undefined) return `Done: ${lines}.`
  return `It ended early: ${causes[code] ?? 'something failed'} (${code}). ${lines}.`
}
