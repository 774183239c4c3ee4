import type { PartitionLag } from '@cufflink/contracts'
import { Count } from '../ui/number.tsx'
import { totalLag } from './totals.ts'

export const LagTable = ({ partitions }: { partitions: readonly PartitionLag[] }) => {
  const most = Math.max(1, ...partitions.map(({ lag }) => lag))
  return (
    <section aria-labelledby="partitions">
      <h2 id="partitions">Lag by partition</h2>
      <table className="partitions" aria-labelledby="partitions">
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col" className="numeric">
              Partition
            </th>
            <th scope="col" className="numeric">
              End
            </th>
            <th scope="col" className="numeric">
              Watermark
            </th>
            <th scope="col" className="numeric">
              Lag
            </th>
            <td className="lag-bar" aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {partitions.map((partition) => (
            <PartitionLine
              key={`${partition.topic} ${partition.partition}`}
              partition={partition}
              most={most}
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={4}>
              Total lag
            </th>
            <td className="numeric">
              <Count value={totalLag(partitions)} />
            </td>
            <td className="lag-bar" aria-hidden="true" />
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

const PartitionLine = ({ partition, most }: { partition: PartitionLag; most: number }) => (
  <tr data-behind={partition.lag !== 0}>
    <th scope="row">{partition.topic}</th>
    <td className="numeric">{partition.partition}</td>
    <td className="numeric">
      <Count value={partition.end} />
    </td>
    <td className="numeric">
      <Count value={partition.watermark} />
    </td>
    <td className="numeric lag">
      {partition.lag < 0 ? (
        <>
          ahead by <Count value={-partition.lag} />
        </>
      ) : (
        <Count value={partition.lag} />
      )}
    </td>
    <td className="lag-bar" aria-hidden="true">
      <span style={{ inlineSize: `${(100 * Math.max(0, partition.lag)) / most}%` }} />
    </td>
  </tr>
)
