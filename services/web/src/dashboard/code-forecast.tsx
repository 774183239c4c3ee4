import { useCallback } from 'react'
import { api } from '../app/session/api.ts'
import { usePolled } from '../queues/use-polled.ts'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { Count } from '../ui/number.tsx'
import { countText } from '../ui/words.ts'

/** For how many patients each code has begun, is short and can still be met, and how many of them will meet it. */
export const CodeForecast = ({ practice }: { practice: string }) => {
  const ask = useCallback(
    (signal: AbortSignal) => api.call('forecastCodes', { params: { practice }, signal }),
    [practice],
  )
  const { answer, refusal } = usePolled(ask)
  const codes = (answer?.codes ?? []).toSorted((a, b) => a.code.localeCompare(b.code))
  const isEmpty = codes.length === 0
  return (
    <section className="chart-part" aria-labelledby="forecast" aria-busy={answer === undefined}>
      <h2 id="forecast">Forecast, an estimate</h2>
      {refusal === undefined ? null : <RefusalText refusal={refusal} />}
      {answer !== undefined && isEmpty ? (
        <p className="empty">No code that has begun is short and can still be met.</p>
      ) : null}
      <table className="chart-table" aria-labelledby="forecast" hidden={isEmpty}>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col" className="numeric">
              Begun, short, in reach
            </th>
            <th scope="col" className="numeric">
              Of these will meet it
            </th>
          </tr>
        </thead>
        <tbody>
          {codes.map(({ code, patients, expected }) => (
            <tr key={code} data-testid="code-forecast" data-code={code}>
              <th scope="row">{code}</th>
              <td className="numeric">
                <Count value={patients} />
              </td>
              <td className="numeric">
                about <Count value={expected} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet dashboard-note">
        The sum of the patients’ chances, at most five minutes old. Days go by how often each patient’s
        readings came in this period, time by {countText(answer?.pastMonths ?? 0, 'patient-month')} of the
        practice’s last month{answer?.pastMonths === 0 ? ', so that there is no estimate of time yet' : ''}. A
        patient counts for a code from the first day with a reading, or the first time, that counts for it. It
        does not know that a patient has just stopped. A patient who meets 99454 leaves 99445, and one who
        meets 99457 leaves 99470.
      </p>
    </section>
  )
}
