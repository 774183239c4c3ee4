import type { Phase } from '../app/live/link-status.tsx'
import { LinkStatus } from '../app/live/link-status.tsx'
import { Link } from '../app/navigation.tsx'
import { pathOfMonth } from '../app/route.ts'
import { addMonths, monthText } from '../ui/time/month.ts'
import type { Sheet } from './month-state.ts'
import { ProgressBar } from './progress-bar.tsx'

export const MonthHeading = ({ sheet, phase }: { sheet: Sheet; phase: Phase }) => {
  const { practice, month, patients, of, progress } = sheet
  return (
    <>
      <div className="heading">
        <div className="heading-name">
          <Turn to={pathOfMonth(practice.id, addMonths(month, -1))} label="Previous month">
            ←
          </Turn>
          <h1>{monthText(month)}</h1>
          <Turn to={pathOfMonth(practice.id, addMonths(month, 1))} label="Next month">
            →
          </Turn>
          <LinkStatus phase={phase} />
        </div>
        <dl className="facts">
          <div>
            <dt>Practice</dt>
            <dd>
              <bdi>{practice.name}</bdi>
            </dd>
          </div>
          <div>
            <dt>Patients</dt>
            <dd data-testid="month-patients" data-known={of.size} data-patients={patients}>
              {of.size < patients ? `${of.size} of ${patients}` : patients}
            </dd>
          </div>
        </dl>
      </div>
      {progress === undefined ? null : <ProgressBar progress={progress} />}
    </>
  )
}

const Turn = ({ to, label, children }: { to: string; label: string; children: string }) => (
  <Link to={to} className="act month-turn">
    <span aria-hidden="true">{children}</span>
    <span className="unseen">{label}</span>
  </Link>
)
