import { startConsole } from '@cufflink/console'
import { CufflinkError } from '@cufflink/contracts'
import { openSharedLedger } from '@cufflink/ledger'
import type { Lifecycle, Logger } from '@cufflink/runtime'
import { startTracker } from '@cufflink/tracker'
import { openViews, type Views } from '@cufflink/views'
import type { StandaloneConfig } from './config.ts'
import { startGatewayThread } from './gateway-thread.ts'

/** Where the running program is reached. */
export type Standalone = { readonly consoleUrl: string; readonly mqttUrl: string; readonly engines: string }

export type StandaloneOptions = {
  readonly config: StandaloneConfig
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

const VIEWS_RETRY_MS = 1_000

/**
 * Starts gateway, tracker and console in this process, on one ledger and one set of views. The gateway has a thread of its own and
 * comes first: it needs no views.
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { config, logger, lifecycle } = options
  const { ledger, invite } = await openSharedLedger(config, (error) =>
    logger.error('the ledger is not safe', { error }),
  )
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  const gateway = await startGatewayThread({ config, invitation: invite(), lifecycle })

  const views = await viewsWhenReady(options)
  lifecycle.onStop('stores', 'views', () => views.close())
  const shared = { ledger, views, logger, lifecycle }
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

/** Another program may hold the views' file for a while. Readings are taken in meanwhile; the pages come once it is free. */
async function viewsWhenReady({ config, logger, lifecycle }: StandaloneOptions): Promise<Views> {
  for (;;) {
    try {
      return await openViews(config, logger)
    } catch (error) {
      const later = error instanceof CufflinkError && error.code === 'VIEWS_UNAVAILABLE'
      if (!later || lifecycle.signal.aborted) throw error
      logger.warn('the views cannot be opened yet', { error })
      await new Promise((resolve) => setTimeout(resolve, VIEWS_RETRY_MS))
    }
  }
}
