import { submissionsOf } from '../../month/lines/line-history.ts'
import { dollarsText, momentText, windowText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'

/** The lines that are locked, and when they went to the payer. */
export const Claims = () => {
  const { chart, zone } = useChart()
  if (chart.claims.length === 0) return null
  const at = (instantMs: number) => momentText(instantMs, zone)
  return (
    <section className="chart-part" aria-labelledby="claims">
      <h2 id="claims">Locked lines</h2>
      <table className="chart-table">
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Dates</th>
            <th scope="col" className="numeric">
              Amount
            </th>
            <th scope="col">Locked</th>
            <th scope="col">Submitted</th>
          </tr>
        </thead>
        <tbody>
          {chart.claims.map(({ code, from, to, units, amountCents, lockedAt, history }) => (
            <tr key={`${code} ${from} ${to}`} data-testid="claim" data-code={code}>
              <th scope="row">
                {code}
                {units > 1 ? ` ×${units}` : ''}
              </th>
              <td>{windowText(from, to)}</td>
              <td className="numeric">{dollarsText(amountCents)}</td>
              <td>{at(lockedAt)}</td>
              <td>
                {submissionsOf({ history }).length === 0 ? <span className="quiet">not yet</span> : null}
                {submissionsOf({ history }).map((one) => (
                  <div key={one.at}>
                    {at(one.submittedAt ?? one.at)}
                    {one.reference === undefined ? '' : ` as ${one.reference}`}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
