import { ledgerVariables } from '@cufflink/ledger'
import { clockVariables, logLevels } from '@cufflink/runtime'
import { viewsVariables } from '@cufflink/views'
import { type Static, Type } from 'typebox'

/** Everything that can be set of a tracker, by environment or file. */
export const TrackerConfig = Type.Object({
  ...ledgerVariables,
  ...viewsVariables,
  ...clockVariables,
  TRACKER_CACHE_BYTES: Type.Integer({
    default: 10_485_760,
    minimum: 0,
    maximum: 1_073_741_824,
    unit: 'bytes',
    description:
      'Documents that are kept decoded in memory, by their encoded size and that of their keys; decoded they take ten times as much. The others are loaded for each batch',
  }),
  TRACKER_VERIFY_MS: Type.Integer({
    default: 1_000,
    minimum: 50,
    maximum: 60_000,
    unit: 'ms',
    description: 'How often the views are asked whether they were emptied or rolled back',
  }),
  TRACKER_STALLED_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    maximum: 3_600_000,
    unit: 'ms',
    description: 'How long a watermark may stand still with facts behind it before the process ends',
  }),
  TRACKER_HTTP_HOST: Type.String({ default: '127.0.0.1', description: 'Address of health and metrics' }),
  TRACKER_HTTP_PORT: Type.Integer({
    default: 8081,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    description: 'Port of health and metrics; 0 chooses a free one',
  }),
  LOG_LEVEL: Type.Enum([...logLevels], { default: 'info', description: 'Least level that is logged' }),
})
export type TrackerConfig = Static<typeof TrackerConfig>
