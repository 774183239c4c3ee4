import type { MonthLine } from '@cufflink/contracts'
import { lastDateTexts, progressText } from '../../chart/codes/code-text.ts'
import { dateText } from '../../ui/time/local-date.ts'

/** Why a line stands where it stands, as sentences; the first is the one that decides. */
export const whyOf = ({ standing, line, prompts }: MonthLine): readonly string[] => {
  const gates = line.blocks.map(({ text }) => text)
  const asked = prompts.map(({ text }) => text)
  const warned = [...lastDateTexts(line), ...line.warnings.map(({ text }) => text)]
  const progress = progressText(line)
  switch (standing) {
    case 'ready':
      return [progress, ...warned]
    case 'open':
      return [`Final on ${dateText(line.finalOn)}.`, progress, ...warned]
    case 'short':
      return [progress, ...gates, ...asked, ...warned]
    case 'blocked':
      return [...gates, ...asked, ...warned]
    case 'held':
      return [...warned, ...gates, ...asked]
    case 'locked':
      return [...(progress === '' ? [] : [progress]), ...warned]
  }
}
