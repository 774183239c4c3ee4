import type { RefusedReadings } from '@cufflink/contracts'
import { useSession } from '../app/session/session.ts'
import { Count } from '../ui/number.tsx'
import { momentText } from '../ui/words.ts'

/** What devices of the practice sent and was refused, by device and reason, the newest first: never what it said. */
export const RefusalTable = ({ refusals }: { refusals: readonly RefusedReadings[] }) => {
  const { zone } = useSession().practice
  return (
    <section aria-labelledby="refusals">
      <h2 id="refusals">Refused lately</h2>
      {refusals.length === 0 ? <p className="empty">Nothing.</p> : null}
      <table className="refusals" aria-labelledby="refusals" hidden={refusals.length === 0}>
        <thead>
          <tr>
            <th scope="col">Last received</th>
            <th scope="col">Device</th>
            <th scope="col">Code</th>
            <th scope="col" className="numeric">
              Times
            </th>
            <th scope="col">Since</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {refusals.map(({ device, code, message, count, since, at, index }) => (
            <tr key={`${device} ${code}`}>
              <td>{momentText(at, zone)}</td>
              <td>{device}</td>
              <td>{code}</td>
              <td className="numeric">
                <Count value={count} />
              </td>
              <td>{momentText(since, zone)}</td>
              <td>
                {index === undefined ? null : `The last was reading ${index + 1} of a batch. `}
                {message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
