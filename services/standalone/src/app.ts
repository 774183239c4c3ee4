import { startConsole } from '@cufflink/console'
import { startGateway } from '@cufflink/gateway'
import { openLedger } from '@cufflink/ledger'
import type { Lifecycle, Logger } from '@cufflink/runtime'
import { startTracker } from '@cufflink/tracker'
import { openViews } from '@cufflink/views'
import type { StandaloneConfig } from './config.ts'

/** Where the running program is reached. */
export type Standalone = { readonly consoleUrl: string; readonly mqttUrl: string; readonly engines: string }

export type StandaloneOptions = {
  readonly config: StandaloneConfig
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/** Starts gateway, tracker and console in this process, on one ledger and one set of views. */
export async function startStandalone({ config, logger, lifecycle }: StandaloneOptions): Promise<Standalone> {
  const ledger = await openLedger(config, (error) => logger.error('the ledger is not safe', { error }))
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  const views = await openViews(config)
  lifecycle.onStop('stores', 'views', () => views.close())
  const shared = { ledger, views, logger, lifecycle }

  const gateway = await startGateway({ ...shared, config })
  await startTracker({ ...shared, config })
  const own = `http://127.0.0.1:${gateway.httpPort}`
  const gateways = config.OPS_GATEWAYS.length > 0 ? config.OPS_GATEWAYS : [own]
  const console = await startConsole({ ...shared, config: { ...config, OPS_GATEWAYS: gateways } })
  return {
    consoleUrl: `http://${config.CONSOLE_HTTP_HOST}:${console.httpPort}`,
    mqttUrl: `mqtt://${config.MQTT_HOST}:${gateway.mqttPort}`,
    engines: `${ledger.engine} (ledger), ${views.engine} (views)`,
  }
}
