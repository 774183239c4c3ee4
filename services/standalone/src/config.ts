import { ConsoleConfig } from '@cufflink/console'
import { GatewayConfig } from '@cufflink/gateway'
import { logLevels } from '@cufflink/runtime'
import { TrackerConfig } from '@cufflink/tracker'
import { type Static, Type } from 'typebox'

/** Everything that can be set of the three services in one process. It talks to a person, so that it logs less. */
export const StandaloneConfig = Type.Object({
  ...GatewayConfig.properties,
  ...TrackerConfig.properties,
  ...ConsoleConfig.properties,
  LOG_LEVEL: Type.Enum([...logLevels], { default: 'warn', description: 'Least level that is logged' }),
})
export type StandaloneConfig = Static<typeof StandaloneConfig>
