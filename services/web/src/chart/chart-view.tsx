import type { Dispatch } from 'react'
import { LinkStatus, StaleNotice } from '../app/live/link-status.tsx'
import { useDrafts } from '../app/session/use-draft.ts'
import { Forms } from '../ui/form/forms.tsx'
import { useDisclosure } from '../ui/form/panel.tsx'
import { Calls } from './calls/calls.tsx'
import { useCall } from './calls/use-call.ts'
import { ChartContext, useScope } from './chart-context.ts'
import { ChartHeading } from './chart-heading.tsx'
import type { ChartState } from './chart-state.ts'
import { Claims } from './codes/claims.tsx'
import { Codes } from './codes/codes.tsx'
import { Prompts } from './codes/prompts.tsx'
import { Review } from './codes/review.tsx'
import { FileOf } from './file/file.tsx'
import { MonthPicker } from './month-picker.tsx'
import type { MonthChoice, MonthEvent } from './months.ts'
import { shownMonth } from './months.ts'
import type { OfPatient } from './parts.ts'
import { TimeOfMonth } from './time/time-of-month.tsx'
import { TimerBar } from './time/timer-bar.tsx'
import { useTimer } from './time/use-timer.ts'
import { useKeys } from './use-keys.ts'

type ChartViewProps = {
  state: Exclude<ChartState, { phase: 'connecting' }>
  params: OfPatient
  choice: MonthChoice
  dispatch: Dispatch<MonthEvent>
}

export const ChartView = ({ state, params, choice, dispatch }: ChartViewProps) => {
  const { chart } = state
  const scope = useScope(chart, params)
  const { work } = scope.may
  const call = useCall(scope.now)
  const timer = useTimer(chart, params.patient, call.goesOn)
  const drafts = useDrafts()
  // What was begun before the page was left or loaded again stands open.
  const time = useDisclosure(drafts.read('time') !== undefined)
  const calls = useDisclosure(drafts.read('call') !== undefined)
  const note = useDisclosure(drafts.read('note') !== undefined)
  const ofWork = (command: () => void) => (work ? command : undefined)
  useKeys({
    t: ofWork(timer.toggle),
    e: ofWork(time.show),
    c: ofWork(calls.show),
    n: ofWork(note.show),
    // A panel listens for itself while the focus is in it.
    escape: [note, calls, time].find(({ open }) => open)?.close,
  })
  // Another month was chosen and its chart has not come yet.
  const phase = state.phase === 'live' && chart.month !== shownMonth(choice) ? 'catching up' : state.phase
  return (
    <ChartContext value={scope}>
      <Forms place={{ practice: params.practice, zone: scope.zone }}>
        <div className="chart" data-testid="chart" data-phase={phase} data-month={chart.month}>
          {state.phase === 'stale' ? (
            <StaleNotice loss={state.loss} lastMessageMs={state.lastMessageMs} zone={scope.zone} />
          ) : null}
          <ChartHeading>
            <span data-testid="chart-phase" data-phase={phase}>
              <LinkStatus phase={phase} />
            </span>
          </ChartHeading>
          <FileOf />
          {work ? <TimerBar timer={timer} /> : null}
          <MonthPicker
            month={shownMonth(choice)}
            isCurrent={choice.chosen === undefined}
            onTurn={(by) => dispatch({ type: 'turned', by })}
            onReturn={() => dispatch({ type: 'returned' })}
          />
          <div className="chart-columns">
            <div>
              <Prompts />
              <Codes />
              <TimeOfMonth entering={time} />
            </div>
            <div>
              <Calls logging={calls} call={call} />
              <Review writing={note} />
              <Claims />
            </div>
          </div>
        </div>
      </Forms>
    </ChartContext>
  )
}
