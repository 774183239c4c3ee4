import type { RefusedReading } from '@cufflink/contracts'
import { momentText } from '../chart/words.ts'
import { useSession } from '../session/session.ts'

/** What devices of the practice sent and was set aside, the newest first: of whom and why, never what it said. */
export const RefusalTable = ({ refusals }: { refusals: readonly RefusedReading[] }) => {
  const { zone } = useSession().practice
  return (
    <section aria-labelledby="refusals">
      <h2 id="refusals">Refused lately</h2>
      {refusals.length === 0 ? <p className="empty">Nothing.</p> : null}
      <table className="refusals" aria-labelledby="refusals" hidden={refusals.length === 0}>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Device</th>
            <th scope="col">Code</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {refusals.map(({ device, code, message, at, index }) => (
            <tr key={`${device} ${at} ${index ?? ''}`}>
              <td>{momentText(at, zone)}</td>
              <td>{device}</td>
              <td>{code}</td>
              <td>
                {index === undefined ? null : `Reading ${index + 1} of a batch. `}
                {message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
