import { useCallback } from 'react'
import { api } from '../app/session/api.ts'
import { usePolled } from '../queues/use-polled.ts'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { Count } from '../ui/number.tsx'
import { hoursText } from '../ui/time/duration.ts'

type ClinicianTimeProps = { practice: string; month: string }

/** What each clinician worked in a month, over all patients. */
export const ClinicianTime = ({ practice, month }: ClinicianTimeProps) => {
  const ask = useCallback(
    (signal: AbortSignal) => api.call('clinicianMonths', { params: { practice, month }, signal }),
    [practice, month],
  )
  const { answer, refusal } = usePolled(ask)
  const clinicians = answer?.clinicians ?? []
  const sumOf = (part: 'seconds' | 'secondsDeducted'): number =>
    clinicians.reduce((sum, one) => sum + one[part], 0)
  return (
    <section className="chart-part" aria-labelledby="clinicians" aria-busy={answer === undefined}>
      <h2 id="clinicians">Time by clinician</h2>
      {refusal === undefined ? null : <RefusalText refusal={refusal} />}
      {answer?.clinicians.length === 0 ? <p className="empty">No one has time in this month.</p> : null}
      <table className="chart-table" aria-labelledby="clinicians" hidden={clinicians.length === 0}>
        <thead>
          <tr>
            <th scope="col">Clinician</th>
            <th scope="col" className="numeric">
              Patients
            </th>
            <th scope="col" className="numeric">
              Worked
            </th>
            <th scope="col" className="numeric">
              Taken out
            </th>
          </tr>
        </thead>
        <tbody>
          {clinicians.map(({ clinician, name, seconds, secondsDeducted, patients }) => (
            <tr key={clinician} data-testid="clinician" data-clinician={clinician} data-seconds={seconds}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td className="numeric">
                <Count value={patients} />
              </td>
              <td className="numeric">{hoursText(seconds)}</td>
              <td className="numeric">{takenText(secondsDeducted)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              All
            </th>
            <td className="numeric">{hoursText(sumOf('seconds'))}</td>
            <td className="numeric">{takenText(sumOf('secondsDeducted'))}</td>
          </tr>
        </tfoot>
      </table>
      <p className="quiet dashboard-note">
        All programs together, each moment once. Taken out: overlaps, and time that was voided. What counts
        for a code, which asks for consent, category and credential, is on the charts.
      </p>
    </section>
  )
}

const takenText = (seconds: number): string => (seconds === 0 ? '' : hoursText(seconds))
