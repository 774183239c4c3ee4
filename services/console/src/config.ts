import { ledgerVariables } from '@cufflink/ledger'
import { clockVariables, logLevels } from '@cufflink/runtime'
import { viewsVariables } from '@cufflink/views'
import { type Static, Type } from 'typebox'

/** Everything that can be set of a console, by environment or file. */
export const ConsoleConfig = Type.Object({
  ...ledgerVariables,
  ...viewsVariables,
  CONSOLE_HTTP_HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address of the pages and the API. There is no sign-in yet: whoever reaches it sees all',
  }),
  CONSOLE_HTTP_PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    description: 'Port of the pages and the API; 0 chooses a free one',
  }),
  CONSOLE_WITHOUT_SIGN_IN: Type.Boolean({
    default: false,
    description: 'Says that you know that CONSOLE_HTTP_HOST may be reached from elsewhere, without sign-in',
  }),
  OPS_GATEWAYS: Type.Array(Type.String({ pattern: '^https?://' }), {
    default: [],
    description: 'Gateways that the ops page shows, as http://host:port, comma-separated',
  }),
  ...clockVariables,
  LOG_LEVEL: Type.Enum([...logLevels], { default: 'info', description: 'Least level that is logged' }),
})
export type ConsoleConfig = Static<typeof ConsoleConfig>
