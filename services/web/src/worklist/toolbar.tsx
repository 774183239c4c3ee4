import type { Window } from '@cufflink/contracts'
import { quickFilterNames } from '@cufflink/contracts/list'
import { useSingleKeys } from '../ui/use-single-keys.ts'
import type { ListView, OnView } from './list-view.ts'
import { quickFilterTexts, toggled } from './list-view.ts'
import { DayLegend } from './strip/day-strip.tsx'

type ToolbarProps = {
  view: ListView
  onView: OnView
  counts: Window['counts']
  /** Patients who match, of all. */
  matching: number
  total: number
  onHelp: () => void
}

export const Toolbar = ({ view, onView, counts, matching, total, onHelp }: ToolbarProps) => {
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
          maxLength={200}
          value={view.search}
          onChange={({ target }) => onView((before) => ({ ...before, search: target.value }))}
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
            {quickFilterTexts[name]} <b>{counts[name]}</b>
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
        {matching === total ? '' : `${matching} of ${total} patients`}
      </span>
      <DayLegend />
    </div>
  )
}
