import { useDeferredValue, useMemo, useState } from 'react'
import { practiceChannel } from '../live/channels.ts'
import { StaleNotice } from '../live/link-status.tsx'
import type { PatientList, PracticeState } from '../live/practice-state.ts'
import { useLive } from '../live/use-live.ts'
import { Notice } from '../shell/notice.tsx'
import { Page } from '../shell/page.tsx'
import { serverNow } from '../time/clock.ts'
import { useNow } from '../time/use-now.ts'
import { DayLegend } from './day-strip.tsx'
import type { Order } from './order.ts'
import { clicked, matching, sorted } from './order.ts'
import { PatientTable } from './patient-table.tsx'
import { PracticeHeading } from './practice-heading.tsx'
import { PracticeMissing } from './practice-missing.tsx'

export const PracticePage = ({ practice }: { practice: string }) => {
  const channel = useMemo(() => practiceChannel(practice), [practice])
  const state = useLive(channel)
  if (state.phase !== 'connecting') {
    return (
      <Page title={state.list.practice.name}>
        <Listed state={state} />
      </Page>
    )
  }
  return (
    <Page title={practice}>
      {state.loss === undefined ? (
        <Notice heading="Connecting…" />
      ) : (
        <PracticeMissing practice={practice} loss={state.loss} />
      )}
    </Page>
  )
}

type ListedState = Exclude<PracticeState, { phase: 'connecting' }>

const Listed = ({ state }: { state: ListedState }) => {
  const { list, phase } = state
  const wallMs = useNow()
  const { clock } = list
  // A clock that nobody sets any more stands still.
  const now = phase === 'stale' ? clock.now : serverNow(clock, wallMs)
  return (
    <div className="practice" data-phase={phase}>
      {state.phase === 'stale' ? <StaleNotice loss={state.loss} heardMs={clock.atMs} /> : null}
      <PracticeHeading list={list} phase={phase} now={now} />
      {list.rows.size === 0 ? <NoPatients /> : <Patients list={list} now={now} wallMs={wallMs} />}
    </div>
  )
}

const NoPatients = () => (
  <Notice heading="No patients yet">
    <p>Patients and their devices are enrolled on the command line:</p>
    <pre>
      <code>npm run cufflink -- --help</code>
    </pre>
    <p className="quiet">They appear here by themselves.</p>
  </Notice>
)

type PatientsProps = { list: PatientList; now: number; wallMs: number }

const Patients = ({ list, now, wallMs }: PatientsProps) => {
  const [order, setOrder] = useState<Order>({ key: 'name', direction: 'ascending' })
  const [filter, setFilter] = useState('')
  const wanted = useDeferredValue(filter)
  const inOrder = useMemo(() => sorted(list.rows.values(), order), [list.rows, order])
  const shown = useMemo(() => matching(inOrder, wanted), [inOrder, wanted])
  return (
    <>
      <div className="toolbar">
        <div className="finder">
          <input
            type="search"
            aria-label="Find a patient by name or id"
            placeholder="Find a patient"
            autoComplete="off"
            spellCheck={false}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <span className="quiet" role="status" aria-live="polite">
            {shown.length === list.rows.size ? '' : `${shown.length} of ${list.rows.size} patients`}
          </span>
        </div>
        <DayLegend />
      </div>
      <PatientTable
        rows={shown}
        order={order}
        onSort={(key) => setOrder(clicked(order, key))}
        now={now}
        wallMs={wallMs}
      />
      {shown.length === 0 ? <p className="empty">No patient matches “{wanted}”.</p> : null}
    </>
  )
}
