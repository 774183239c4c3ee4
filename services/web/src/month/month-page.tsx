import { useMemo } from 'react'
import { monthChannel } from '../app/live/channels.ts'
import { Connecting } from '../app/live/link-status.tsx'
import { useLive } from '../app/live/use-live.ts'
import { Page } from '../ui/page.tsx'
import { monthText } from '../ui/time/month.ts'
import './month.css'
import { MonthView } from './month-view.tsx'

type MonthPageProps = { practice: string; month: string }

/** Every line of a month with where it stands, and the closing of it. */
export const MonthPage = ({ practice, month }: MonthPageProps) => {
  const channel = useMemo(() => monthChannel({ practice, month }), [practice, month])
  const state = useLive(channel)
  return (
    <Page title={`${monthText(month)}, close`}>
      {state.phase === 'connecting' ? <Connecting loss={state.loss} /> : <MonthView state={state} />}
    </Page>
  )
}
