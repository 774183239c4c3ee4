import type { Disclosure } from '../../ui/form/panel.tsx'
import { Panel } from '../../ui/form/panel.tsx'
import { KeyHint } from '../../ui/key-hint.tsx'
import { useChart } from '../chart-context.ts'
import { Proposals } from '../codes/proposals.tsx'
import { EnterTime } from './enter-time.tsx'
import { StretchList } from './stretch-list.tsx'
import './time-of-month.css'
import { TallyTable } from './tally-table.tsx'

/** The month’s time: what counts of it by person and category, and every stretch of it. */
export const TimeOfMonth = ({ entering }: { entering: Disclosure }) => {
  const { chart, may } = useChart()
  return (
    <section className="chart-part" aria-labelledby="time">
      <header>
        <h2 id="time">Time of the month</h2>
        {may.work ? (
          <button className="act" data-tone="quiet" {...entering.button}>
            Enter time <KeyHint>e</KeyHint>
          </button>
        ) : null}
      </header>
      {entering.open ? (
        <Panel label="Enter time" onClose={entering.close}>
          <EnterTime onDone={entering.close} />
        </Panel>
      ) : null}
      <TallyTable />
      <Proposals />
      {chart.sessions.length === 0 ? <p className="empty">No time yet.</p> : <StretchList />}
    </section>
  )
}
