import type { AnswerOf } from '@cufflink/contracts'
import { useCallback, useState } from 'react'
import { api } from '../app/session/api.ts'
import { useSession } from '../app/session/session.ts'
import { MonthPicker } from '../chart/month-picker.tsx'
import { usePolled } from '../queues/use-polled.ts'
import { Forms } from '../ui/form/forms.tsx'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { addMonths } from '../ui/time/month.ts'
import { ClinicianTime } from './clinician-time.tsx'
import { CodeForecast } from './code-forecast.tsx'
import { CodeCounts, PatientCounts } from './counts.tsx'
import { SelfAudit } from './self-audit.tsx'
import '../chart/chart.css'
import './dashboard.css'

/** What a practice comes to as a whole: its patients and codes now, and its clinicians' time in any month. */
export const DashboardPage = ({ practice }: { practice: string }) => {
  const { practice: home } = useSession()
  const ask = useCallback(
    (signal: AbortSignal) => api.call('countPatients', { params: { practice }, signal }),
    [practice],
  )
  const { answer, refusal } = usePolled(ask)
  return (
    <Page title="Dashboard">
      <Forms place={{ practice, zone: home.zone }}>
        <div className="dashboard" data-testid="dashboard">
          <div className="heading">
            <h1>Dashboard</h1>
            <dl className="facts">
              <div>
                <dt>Practice</dt>
                <dd>
                  <bdi>{home.name}</bdi>
                </dd>
              </div>
            </dl>
          </div>
          {refusal === undefined ? null : <RefusalText refusal={refusal} />}
          {answer === undefined && refusal === undefined ? <Notice heading="Counting…" /> : null}
          {answer === undefined ? null : <Parts practice={practice} counts={answer} />}
        </div>
      </Forms>
    </Page>
  )
}

type PartsProps = { practice: string; counts: AnswerOf<'countPatients'> }

const Parts = ({ practice, counts }: PartsProps) => {
  /** How many months the one that is shown lies from the current one. */
  const [turned, setTurned] = useState(0)
  const month = addMonths(counts.month, turned)
  return (
    <>
      <div className="chart-columns">
        <PatientCounts counts={counts} />
        <div>
          <CodeCounts codes={counts.codes} />
          <CodeForecast practice={practice} />
        </div>
      </div>
      <MonthPicker
        month={month}
        isCurrent={turned === 0}
        onTurn={(by) => setTurned((before) => before + by)}
        onReturn={() => setTurned(0)}
      />
      <div className="chart-columns">
        <ClinicianTime key={month} practice={practice} month={month} />
        <SelfAudit key={`audit ${month}`} practice={practice} month={month} />
      </div>
    </>
  )
}
