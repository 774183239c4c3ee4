import type { GatewayStatus } from '@cufflink/contracts'
import type { Sample } from '../app/live/ops-state.ts'
import { Count, Rate } from '../ui/number.tsx'
import { UpMark } from './engine-status.tsx'
import { Sparkline } from './sparkline.tsx'
import { pointsOf } from './totals.ts'

const counts = [
  { key: 'connections', name: 'Connections' },
  { key: 'received', name: 'Received' },
  { key: 'acknowledged', name: 'Acknowledged' },
  { key: 'refused', name: 'Refused' },
  { key: 'parked', name: 'Parked' },
  { key: 'duplicates', name: 'Sent again' },
  { key: 'inFlight', name: 'In flight' },
] as const

type GatewayTableProps = {
  gateways: readonly GatewayStatus[]
  samples: readonly Sample[]
  lastMessageMs: number
}

export const GatewayTable = ({ gateways, samples, lastMessageMs }: GatewayTableProps) => (
  <section aria-labelledby="gateways">
    <h2 id="gateways">Gateways</h2>
    {gateways.length === 0 ? <p className="empty">No gateway reports.</p> : null}
    <table className="gateways" role="table" aria-labelledby="gateways" hidden={gateways.length === 0}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Gateway
          </th>
          <th role="columnheader" scope="col" colSpan={2}>
            Messages a second
          </th>
          {counts.map(({ key, name }) => (
            <th key={key} role="columnheader" scope="col" className="numeric">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {gateways.map((gateway) => (
          <tr key={gateway.name} role="row" data-up={gateway.up}>
            <th role="rowheader" scope="row">
              {gateway.name} <UpMark isUp={gateway.up} />
            </th>
            <td role="cell" className="numeric rate" data-name="Messages a second">
              <Rate value={gateway.perSecond} />
            </td>
            <td role="cell" className="spark">
              <Sparkline
                points={pointsOf(samples, gateway.name)}
                endMs={lastMessageMs}
                label={gateway.name}
              />
            </td>
            {counts.map(({ key, name }) => (
              <td key={key} role="cell" className="numeric" data-name={name}>
                <Count value={gateway[key]} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
