import type { StaffDay } from '@cufflink/contracts'
import { hoursText, spokenMinutes } from '../ui/time/duration.ts'
import { initialsOf } from './marks.ts'

export const Today = ({ staff }: { staff: readonly StaffDay[] }) => (
  <section className="today" aria-labelledby="today" data-testid="today">
    <h2 id="today">Today</h2>
    {staff.length === 0 ? (
      <p className="quiet">No one’s time is on the books yet.</p>
    ) : (
      <ul>
        {staff.map(({ clinician, name, seconds }) => (
          <li key={clinician} data-clinician={clinician} data-seconds={seconds}>
            <span className="badge" aria-hidden="true">
              {initialsOf(name)}
            </span>
            <bdi>{name}</bdi> <b aria-label={spokenMinutes(seconds)}>{hoursText(seconds)}</b>
          </li>
        ))}
      </ul>
    )}
  </section>
)
