import type { ReactNode } from 'react'
import { DemoBand } from '../ui/notice.tsx'
import { useNow } from '../ui/time/use-now.ts'
import { clockText, dayText, zoneShort } from '../ui/time/zoned.ts'
import { personName, useChart } from './chart-context.ts'

/** Who the patient is. `children` stand beside the name. */
export const ChartHeading = ({ children }: { children: ReactNode }) => {
  const { chart } = useChart()
  const { row, file } = chart
  return (
    <>
      <DemoBand rate={chart.clockRate} />
      <div className="heading">
        <div className="heading-name">
          <h1>
            <bdi>{row.name}</bdi>
          </h1>
          <span className="quiet">{row.patient}</span>
          {children}
          {row.working.length === 0 ? null : (
            <span className="chart-working">
              <bdi>{row.working.map((user) => personName(chart, user)).join(', ')}</bdi> at work
            </span>
          )}
        </div>
        <dl className="facts">
          <Fact name="Programs">{file.programs.join(', ')}</Fact>
          <Fact name="Condition">{file.condition?.replaceAll('-', ' ') ?? '—'}</Fact>
          <Fact name="Payer">{file.payer?.replaceAll('-', ' ') ?? '—'}</Fact>
          {row.zone === chart.practice.zone ? null : (
            <Fact name="Patient’s time">
              <ClockOf zone={row.zone} />
            </Fact>
          )}
          <Fact name="Practice time">
            <ClockOf zone={chart.practice.zone} />
          </Fact>
        </dl>
      </div>
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const ClockOf = ({ zone }: { zone: string }) => {
  useNow()
  const now = useChart().now()
  return (
    <time dateTime={new Date(now).toISOString()} title={zone.replaceAll('_', ' ')}>
      {dayText(now, zone)} <b>{clockText(now, zone)}</b> <span className="quiet">{zoneShort(now, zone)}</span>
    </time>
  )
}
