import { LinkStatus } from '../app/live/link-status.tsx'
import type { PatientList } from '../app/live/practice-state.ts'
import { DemoBand } from '../ui/notice.tsx'
import { clockText, dayText, zoneShort } from '../ui/time/zoned.ts'

type PracticeHeadingProps = {
  list: PatientList
  phase: 'live' | 'catching up' | 'stale'
  /** The practice's clock. */
  now: number
}

export const PracticeHeading = ({ list, phase, now }: PracticeHeadingProps) => {
  const { clock, window } = list
  const { practice, total } = window
  return (
    <>
      <DemoBand rate={clock.rate} />
      <div className="heading">
        <div className="heading-name">
          <h1>
            <bdi>{practice.name}</bdi>
          </h1>
          <LinkStatus phase={phase} />
        </div>
        <dl className="facts">
          <div>
            <dt>Patients</dt>
            <dd>{total}</dd>
          </div>
          <div>
            <dt>Home zone</dt>
            <dd>
              {practice.zone.replaceAll('_', ' ')}{' '}
              <span className="quiet">{zoneShort(now, practice.zone)}</span>
            </dd>
          </div>
          <div>
            <dt>{phase === 'stale' ? 'Practice time, then' : 'Practice time'}</dt>
            <dd>
              <time dateTime={new Date(now).toISOString()}>
                {dayText(now, practice.zone)} <b>{clockText(now, practice.zone)}</b>
              </time>
            </dd>
          </div>
        </dl>
      </div>
    </>
  )
}
