import { useEffect, useMemo, useState } from 'react'
import { practiceChannel } from '../app/live/channels.ts'
import { Connecting, StaleNotice } from '../app/live/link-status.tsx'
import type { PatientList, PracticeState } from '../app/live/practice-state.ts'
import { useChannel } from '../app/live/use-live.ts'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { serverNow } from '../ui/time/clock.ts'
import { useNow } from '../ui/time/use-now.ts'
import type { ListView, OnView } from './list-view.ts'
import { Patients } from './patients.tsx'
import './practice.css'
import { PracticeHeading } from './practice-heading.tsx'
import { answers, requestText, wantedWindow } from './window-request.ts'

type PracticePageProps = {
  practice: string
  view: ListView
  onView: OnView
}

export const PracticePage = ({ practice, view, onView }: PracticePageProps) => {
  const channel = useMemo(() => practiceChannel(practice), [practice])
  const [state, ask] = useChannel(channel)
  const [part, setPart] = useState({ view, first: 0 })
  // Another view begins at its top.
  const wanted = wantedWindow(view, part.view === view ? part.first : 0)
  useAsking(requestText(wanted), ask)
  const shown = useShown(state.phase === 'connecting' ? undefined : state.list, wanted)
  if (state.phase === 'connecting')
    return (
      <Page title="Patients">
        <Connecting loss={state.loss} />
      </Page>
    )
  return (
    <Page title={state.list.window.practice.name}>
      <Listed {...{ state, shown, view, onView }} onFirst={(first) => setPart({ view, first })} />
    </Page>
  )
}

/** Someone who types or scrolls wants what is there when they stop. */
const settledMs = 100

const useAsking = (request: string, ask: (request: string) => void): void => {
  useEffect(() => {
    const timer = setTimeout(() => ask(request), settledMs)
    return () => clearTimeout(timer)
  }, [request, ask])
}

/** The list as it was last in the window that is wanted; what is asked for comes a little later, and until then the one before stays. */
const useShown = (
  list: PatientList | undefined,
  wanted: ReturnType<typeof wantedWindow>,
): PatientList | undefined => {
  const [shown, setShown] = useState<PatientList>()
  if (list === undefined || list === shown || !answers(list.window, wanted, shown === undefined)) return shown
  setShown(list)
  return list
}

type ListedProps = Omit<PracticePageProps, 'practice'> & {
  state: Exclude<PracticeState, { phase: 'connecting' }>
  shown: PatientList | undefined
  onFirst: (first: number) => void
}

const Listed = ({ state, shown, view, onView, onFirst }: ListedProps) => {
  const { list, phase } = state
  const wallMs = useNow()
  const { clock } = list
  // A clock that no one sets any more stands still.
  const now = phase === 'stale' ? clock.now : serverNow(clock, wallMs)
  return (
    <div className="practice" data-phase={phase}>
      {state.phase === 'stale' ? (
        <StaleNotice loss={state.loss} lastMessageMs={clock.atMs} zone={list.window.practice.zone} />
      ) : null}
      <PracticeHeading list={list} phase={phase} now={now} />
      {list.window.total === 0 ? (
        <NoPatients />
      ) : (
        <Patients {...{ list, shown, view, onView, onFirst, now, wallMs }} />
      )}
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
