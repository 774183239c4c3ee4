import { useEffect, useMemo, useReducer } from 'react'
import { chartChannel } from '../app/live/channels.ts'
import { Connecting } from '../app/live/link-status.tsx'
import type { Loss } from '../app/live/loss.ts'
import { useLive } from '../app/live/use-live.ts'
import { Link } from '../app/navigation.tsx'
import { pathOfPractice } from '../app/route.ts'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { localMonth } from '../ui/time/month.ts'
import './chart.css'
import { ChartView } from './chart-view.tsx'
import { evolveMonth, monthOfHash, shownMonth } from './months.ts'
import type { OfPatient } from './parts.ts'

const chosenAtFirst = () => {
  const chosen = monthOfHash(window.location.hash)
  const guess = new Date().toISOString().slice(0, 7)
  return { guess, settled: false, ...(chosen === undefined ? {} : { chosen }) }
}

/** One patient in one calendar month. The month may stand behind `#` in the address; else it is the practice’s own. */
export const ChartPage = ({ practice, patient }: OfPatient) => {
  const [choice, dispatch] = useReducer(evolveMonth, undefined, chosenAtFirst)
  const month = shownMonth(choice)
  const channel = useMemo(() => chartChannel({ practice, patient, month }), [practice, patient, month])
  const state = useLive(channel)
  const chart = state.phase === 'connecting' ? undefined : state.chart
  const told = chart?.month
  const current = chart && localMonth(chart.now, chart.practice.zone)
  useEffect(() => {
    if (told !== undefined && current !== undefined) dispatch({ type: 'told', month: told, current })
  }, [told, current])
  const { chosen } = choice
  useEffect(() => {
    const { pathname } = window.location
    const address = chosen === undefined ? pathname : `${pathname}#${chosen}`
    window.history.replaceState(window.history.state, '', address)
  }, [chosen])

  if (state.phase === 'connecting' || !choice.settled) {
    const loss = state.phase === 'live' ? undefined : state.loss
    return (
      <Page title={patient}>
        <Waiting loss={loss} practice={practice} patient={patient} />
      </Page>
    )
  }
  return (
    <Page title={state.chart.row.name}>
      <ChartView state={state} params={{ practice, patient }} choice={choice} dispatch={dispatch} />
    </Page>
  )
}

const Waiting = ({ loss, practice, patient }: OfPatient & { loss: Loss | undefined }) =>
  loss?.cause === 'refused' && loss.reason === 'PATIENT_UNKNOWN' ? (
    <Notice heading={`There is no patient “${patient}”`} tone="warning">
      <p>
        Choose one from <Link to={pathOfPractice(practice)}>the list of patients</Link>.
      </p>
    </Notice>
  ) : (
    <Connecting loss={loss} />
  )
