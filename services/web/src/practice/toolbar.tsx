import { useSingleKeys } from '../session/use-single-keys.ts'
import { DayLegend } from './day-strip.tsx'
import type { QuickFilter } from './filters.ts'
import { quickFilterNames, quickFilters, toggled } from './filters.ts'
import type { ListView, OnView } from './list-view.ts'

type ToolbarProps = {
  view: ListView
  onView: OnView
  counts: Readonly<Record<QuickFilter, number>>
  shown: number
  all: number
  onHelp: () => void
}

export const Toolbar = ({ view, onView, counts, shown, all, onHelp }: ToolbarProps) => {
  const [singleKeys] = useSingleKeys()
  return (
    <div className="toolbar">
      <div className="finder">
        <input
          type="search"
          aria-label="Find a patient by name or id"
          aria-keyshortcuts={singleKeys ? '/' : undefined}
          placeholder="Find a patient"
          autoComplete="off"
          spellCheck={false}
          value={view.filter}
          onChange={({ target }) => onView((before) => ({ ...before, filter: target.value }))}
        />
      </div>
      <div className="quick" role="group" aria-label="Only those who …">
        {quickFilterNames.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={view.quick.includes(name)}
            onClick={() => onView((before) => ({ ...before, quick: toggled(before.quick, name) }))}
          >
            {quickFilters[name].text} <b>{counts[name]}</b>
          </button>
        ))}
      </div>
      <button
        type="button"
        className="help"
        aria-label="Shortcuts"
        aria-keyshortcuts={singleKeys ? '?' : undefined}
        onClick={onHelp}
      >
        ?
      </button>
      <span className="shown quiet" role="status" aria-live="polite">
        {shown === all ? '' : `${shown} of ${all} patients`}
      </span>
      <DayLegend />
    </div>
  )
}
