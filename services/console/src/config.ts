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
    description:
      'Address of the pages and the API. There is no TLS yet: keep it on this machine, or behind a proxy',
  }),
  CONSOLE_HTTP_PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    description: 'Port of the pages and the API; 0 chooses a free one',
  }),
  CONSOLE_ORIGINS: Type.Array(Type.String({ pattern: '^https?://[^/]+$' }), {
    default: [],
    description:
      'Origins whose pages may ask, such as https://cufflink.example, comma-separated; unless told the address that was asked',
  }),
  CONSOLE_PROXIES: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$' }), {
    default: [],
    description:
      'Addresses or networks of the proxies in front, such as 127.0.0.1 or 10.0.0.0/8, comma-separated. What they say in X-Forwarded-For is believed; without any, no one is',
  }),
  CONSOLE_MAX_CONNECTIONS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100_000,
    unit: 'connections',
    description:
      'Open connections, websockets too; 0 is half of the descriptors the process may have, at most 10,000',
  }),
  CONSOLE_PERSON_SOCKETS: Type.Integer({
    default: 50,
    minimum: 4,
    maximum: 100_000,
    unit: 'websockets',
    description: 'Open websockets of one person, of which a page has one or two; one more is turned away',
  }),
  CONSOLE_SESSION_KEY: Type.String({
    default: '',
    pattern: '^(.{32,})?$',
    secret: true,
    description:
      'Signs sessions; the same for every console. Unless told, made in STATE_DIR; needed with LEDGER_ENGINE=kafka',
  }),
  CONSOLE_OPERATOR_KEY: Type.String({
    default: '',
    pattern: '^(.{32,})?$',
    secret: true,
    description:
      'Lets its holder open practices and add people. Unless told, made in STATE_DIR; with LEDGER_ENGINE=kafka no one may',
  }),
  CONSOLE_LONG_CALL_MIN: Type.Integer({
    default: 60,
    minimum: 5,
    maximum: 720,
    unit: 'min',
    description:
      'A conversation so long is asked about: whether its person is still there, when nothing else said so, and whether it took so long, before it is recorded',
  }),
  OPS_GATEWAYS: Type.Array(Type.String({ pattern: '^https?://' }), {
    default: [],
    description: 'Gateways that the ops page shows, as http://host:port, comma-separated',
  }),
  ...clockVariables,
  LOG_LEVEL: Type.Enum([...logLevels], { default: 'info', description: 'Least level that is logged' }),
})
export type ConsoleConfig = Static<typeof ConsoleConfig>
