import { useMemo } from 'react'
import { monthChannel } from '../app/live/channels.ts'
import { lossText } from '../app/live/loss.ts'
import { useLive } from '../app/live/use-live.ts'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { monthText } from '../ui/time/month.ts'
import './month.css'
import type { MonthState } from './month-state.ts'
import { MonthView } from './month-view.tsx'

type MonthPageProps = { practice: string; month: string }

/** Every line of a month with where it stands, and the closing of it. */
export const MonthPage = ({ practice, month }: MonthPageProps) => {
  const channel = useMemo(() => monthChannel({ practice, month }), [practice, month])
  const state = useLive(channel)
  return (
    <Page title={`${monthText(month)}, close`}>
      {state.phase === 'connecting' ? <Waiting {...state} /> : <MonthView state={state} />}
    </Page>
  )
}

const Waiting = ({ loss }: Extract<MonthState, { phase: 'connecting' }>) =>
  loss === undefined ? (
    <Notice heading="Connecting…" />
  ) : (
    <Notice heading="Not connected" tone="warning">
      <p role="status" aria-live="polite">
        {lossText(loss)} Trying again by itself.
      </p>
    </Notice>
  )
