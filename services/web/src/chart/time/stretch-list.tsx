import type { ChartStretch } from '@cufflink/contracts'
import { Panel, useDisclosure } from '../../ui/form/panel.tsx'
import { clockText } from '../../ui/time/zoned.ts'
import { deductionText, lengthText, shortDay, spanText } from '../../ui/words.ts'
import { categoryTitle, useChart } from '../chart-context.ts'
import { useFirst } from '../use-first.tsx'
import { AmendTime } from './amend-time.tsx'
import { mayCorrect, stretchKey, stretchMarks } from './stretch-text.ts'
import { VoidTime } from './void-time.tsx'

const shownAtFirst = 30

/** Every stretch that touches the month, the latest first. */
export const StretchList = () => {
  const { chart } = useChart()
  const { shown, more } = useFirst(chart.sessions.toReversed(), shownAtFirst)
  return (
    <>
      <ul className="sessions" aria-label="Stretches of time">
        {shown.map((session) => (
          <Stretch key={stretchKey(session)} session={session} />
        ))}
      </ul>
      {more}
    </>
  )
}

const Stretch = ({ session }: { session: ChartStretch }) => {
  const scope = useChart()
  const { chart, zone } = scope
  const amending = useDisclosure()
  const voiding = useDisclosure()
  const { start, end, clinicianName, category, program, creditedMs, deductions, voided, reason } = session
  return (
    <li
      className="session"
      data-testid="session"
      data-session={session.session}
      data-voided={voided}
      data-running={session.running}
    >
      <span className="session-when">
        <b>{session.running ? `since ${clockText(start, zone)}` : spanText(start, end, zone)}</b>{' '}
        <span className="quiet">{shortDay(start, zone)}</span>
      </span>
      <span className="session-credited" title="Counted">
        {lengthText(creditedMs)}
      </span>
      <span className="session-what">
        <bdi>{clinicianName}</bdi>, {categoryTitle(chart, category).toLowerCase()}
        {chart.file.programs.length > 1 ? `, ${program}` : ''}
      </span>
      <span className="session-marks">
        {stretchMarks(session).map((mark) => (
          <span key={mark} className="mark">
            {mark}
          </span>
        ))}
        {mayCorrect(session, scope) ? (
          <>
            <button className="act" data-tone="plain" data-size="small" {...amending.button}>
              Amend
            </button>
            <button className="act" data-tone="plain" data-size="small" {...voiding.button}>
              Void
            </button>
          </>
        ) : null}
      </span>
      {deductions.length + (reason === undefined ? 0 : 1) === 0 ? null : (
        <span className="session-why">
          {deductions.map(deductionText).join(' · ')}
          {reason === undefined ? null : (
            <>
              {deductions.length === 0 ? '' : ' · '}“<bdi>{reason}</bdi>”
            </>
          )}
        </span>
      )}
      {amending.open ? (
        <Panel label="Amend this time" onClose={amending.close}>
          <AmendTime session={session} onDone={amending.close} />
        </Panel>
      ) : null}
      {voiding.open ? (
        <Panel label="Void this time" onClose={voiding.close}>
          <VoidTime session={session} onDone={voiding.close} />
        </Panel>
      ) : null}
    </li>
  )
}
