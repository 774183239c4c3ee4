import { useMemo } from 'react'
import { practiceChannel } from '../live/channels.ts'
import { StaleNotice } from '../live/link-status.tsx'
import type { Loss } from '../live/loss.ts'
import { lossText } from '../live/loss.ts'
import type { PracticeState } from '../live/practice-state.ts'
import { useLive } from '../live/use-live.ts'
import { Notice } from '../shell/notice.tsx'
import { Page } from '../shell/page.tsx'
import { serverNow } from '../time/clock.ts'
import { useNow } from '../time/use-now.ts'
import type { ListView, OnView } from './list-view.ts'
import { Patients } from './patients.tsx'
import './practice.css'
import { PracticeHeading } from './practice-heading.tsx'

type PracticePageProps = {
  practice: string
  view: ListView
  onView: OnView
}

export const PracticePage = ({ practice, ...looks }: PracticePageProps) => {
  const channel = useMemo(() => practiceChannel(practice), [practice])
  const state = useLive(channel)
  if (state.phase === 'connecting') return <Waiting loss={state.loss} />
  return (
    <Page title={state.list.practice.name}>
      <Listed state={state} {...looks} />
    </Page>
  )
}

const Waiting = ({ loss }: { loss: Loss | undefined }) => (
  <Page title="Patients">
    {loss === undefined ? (
      <Notice heading="Connecting…" />
    ) : (
      <Notice heading="Not connected" tone="warning">
        <p role="status" aria-live="polite">
          {lossText(loss)} Trying again by itself.
        </p>
      </Notice>
    )}
  </Page>
)

type ListedProps = Omit<PracticePageProps, 'practice'> & {
  state: Exclude<PracticeState, { phase: 'connecting' }>
}

const Listed = ({ state, view, onView }: ListedProps) => {
  const { list, phase } = state
  const wallMs = useNow()
  const { clock } = list
  // A clock that nobody sets any more stands still.
  const now = phase === 'stale' ? clock.now : serverNow(clock, wallMs)
  return (
    <div className="practice" data-phase={phase}>
      {state.phase === 'stale' ? (
        <StaleNotice loss={state.loss} heardMs={clock.atMs} zone={list.practice.zone} />
      ) : null}
      <PracticeHeading list={list} phase={phase} now={now} />
      {list.rows.size === 0 ? <NoPatients /> : <Patients {...{ list, view, onView, now, wallMs }} />}
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
