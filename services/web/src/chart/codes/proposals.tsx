import { lengthText, shortDay, spanText } from '../../ui/words.ts'
import { categoryTitle, useChart } from '../chart-context.ts'

/** Time by hand that waits for someone’s decision, or was declined; what was approved is among the sessions. */
export const Proposals = () => {
  const { chart, zone } = useChart()
  const shown = chart.proposals.filter(({ decision }) => decision !== 'approved')
  if (shown.length === 0) return null
  return (
    <ul className="sessions" aria-label="Time that waits for approval">
      {shown.map(({ session, startedAt, until, clinicianName, category, program, reason, decision }) => (
        <li key={session} className="session" data-testid="proposal" data-session={session}>
          <span className="session-when">
            <b>{spanText(startedAt, until, zone)}</b>{' '}
            <span className="quiet">{shortDay(startedAt, zone)}</span>
          </span>
          <span className="session-credited quiet">{lengthText(until - startedAt)}</span>
          <span className="session-what">
            <bdi>{clinicianName}</bdi>, {categoryTitle(chart, category).toLowerCase()}, {program}
          </span>
          <span className="session-marks">
            <span className="mark" data-tone={decision === undefined ? 'warning' : 'bad'}>
              {decision === undefined ? 'waits for approval' : 'declined'}
            </span>
          </span>
          <span className="session-why">
            “<bdi>{reason}</bdi>”
          </span>
        </li>
      ))}
    </ul>
  )
}
