import type { MonthLine } from '@cufflink/contracts'
import { lineName } from './sheet.ts'

/** Lines that were picked one by one, by their names. */
export type Selection = ReadonlySet<string>

export const nothing: Selection = new Set()

export type SelectionEvent =
  | { readonly type: 'toggled'; readonly line: MonthLine }
  | { readonly type: 'set'; readonly lines: readonly MonthLine[]; readonly picked: boolean }
  | { readonly type: 'cleared' }

export const evolveSelection = (selection: Selection, event: SelectionEvent): Selection => {
  switch (event.type) {
    case 'toggled': {
      const picked = new Set(selection)
      const name = lineName(event.line)
      if (!picked.delete(name)) picked.add(name)
      return picked
    }
    case 'set': {
      const picked = new Set(selection)
      for (const line of event.lines) {
        if (event.picked) picked.add(lineName(line))
        else picked.delete(lineName(line))
      }
      return picked
    }
    case 'cleared':
      return nothing
  }
}

/** What of it can still be locked: a line may have changed since it was picked. */
export const pickedOf = (ready: readonly MonthLine[], selection: Selection): readonly MonthLine[] =>
  selection.size === 0 ? [] : ready.filter((line) => selection.has(lineName(line)))
