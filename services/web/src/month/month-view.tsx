import { useCallback, useDeferredValue, useMemo, useReducer, useState } from 'react'
import { StaleNotice } from '../app/live/link-status.tsx'
import { Forms } from '../ui/form/forms.tsx'
import { Closing } from './closing.tsx'
import { Evidence } from './evidence.tsx'
import { Failed } from './failed.tsx'
import { Finder } from './finder.tsx'
import type { LineAct } from './lines/line-acts.ts'
import { LineDialog } from './lines/line-dialog.tsx'
import { MonthHeading } from './month-heading.tsx'
import type { MonthState } from './month-state.ts'
import { MonthTable } from './month-table.tsx'
import { evolveSelection, nothing } from './selection.ts'
import { codesOf, grouped, noFilter, noneText } from './sheet.ts'
import { Standings } from './standings.tsx'

type MonthViewProps = { state: Exclude<MonthState, { phase: 'connecting' }> }

/** While the sheet comes in, lines are shown when there is time for it: what is typed and clicked goes first. */
export const MonthView = ({ state }: MonthViewProps) => {
  const { sheet, phase } = state
  const [filter, setFilter] = useState(noFilter)
  const [selection, select] = useReducer(evolveSelection, nothing)
  const [act, setAct] = useState<LineAct>()
  const close = useCallback(() => setAct(undefined), [])
  const calm = useDeferredValue(sheet)
  const wanted = useDeferredValue(filter)
  const everything = useMemo(() => grouped(calm, noFilter), [calm])
  const shown = useMemo(() => grouped(calm, wanted), [calm, wanted])
  const codes = useMemo(() => codesOf(calm), [calm])
  const { id: practice, zone } = sheet.practice
  return (
    <Forms place={{ practice, zone }}>
      <div className="month" data-testid="month" data-phase={phase} data-month={sheet.month}>
        {state.phase === 'stale' ? (
          <StaleNotice loss={state.loss} lastMessageMs={state.lastMessageMs} zone={zone} />
        ) : null}
        <MonthHeading sheet={sheet} phase={phase} />
        <Failed sheet={calm} />
        <Standings groups={everything} filter={filter} onFilter={setFilter} />
        <Closing
          sheet={sheet}
          ready={everything.get('ready') ?? []}
          selection={selection}
          onBegun={() => select({ type: 'cleared' })}
        />
        <Finder codes={codes} filter={filter} onFilter={setFilter} />
        <MonthTable
          groups={shown}
          practice={practice}
          selection={selection}
          select={select}
          onAct={setAct}
          none={noneText(sheet)}
        />
        <Evidence />
      </div>
      {act === undefined ? null : <LineDialog act={act} onClose={close} />}
    </Forms>
  )
}
