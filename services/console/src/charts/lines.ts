import { type Line, signalText } from '@cufflink/billing'
import type { CodeLine } from '@cufflink/contracts'

/** A line as a page shows it: without its evidence, with texts in place of names. */
export function codeLineOf(line: Line, estimate?: CodeLine['estimate']): CodeLine {
  const { code, program, title, clock, from, to, status, units, have, missing, reach, finalOn } = line
  return {
    code,
    program,
    title,
    clock,
    from,
    to,
    status,
    units,
    have,
    missing,
    reach,
    ...(estimate && { estimate }),
    finalOn,
    ...(line.lastDate !== undefined && { lastDate: line.lastDate }),
    blocks: line.blocks.map((signal) => ({ signal, text: signalText(signal, line.rule.settings) })),
    warnings: line.warnings.map((signal) => ({ signal, text: signalText(signal, line.rule.settings) })),
    ...(line.amountCents !== undefined && { amountCents: line.amountCents }),
    locked: line.locked !== undefined,
    threshold: line.rule.threshold,
    source: line.rule.source,
  }
}
