import type { WaitingReadings } from '@cufflink/contracts'
import { momentText } from '../chart/words.ts'
import { useSession } from '../session/session.ts'

/** Readings of the practice's devices that count for nobody yet, and what would place them. */
export const WaitingTable = ({ waiting }: { waiting: readonly WaitingReadings[] }) => {
  const { zone } = useSession().practice
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Readings without a patient</h2>
      {waiting.length === 0 ? <p className="empty">None.</p> : null}
      <table className="waiting" aria-labelledby="waiting" hidden={waiting.length === 0}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Readings</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
            <th scope="col">What to do</th>
          </tr>
        </thead>
        <tbody>
          {waiting.map(({ device, count, first, last, since }) => (
            <tr key={device}>
              <td>{device}</td>
              <td>{count}</td>
              <td>{momentText(first, zone)}</td>
              <td>{momentText(last, zone)}</td>
              <td>
                {since === undefined
                  ? 'No patient has this device. Assign it from before the first reading that is the patient’s.'
                  : `A patient has had it since ${momentText(since, zone)}. If these are theirs, assign it to them again from an earlier time.`}{' '}
                The readings follow by themselves.
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
