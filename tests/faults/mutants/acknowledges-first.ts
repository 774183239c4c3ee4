/**
 * A mutant: gateway and tracker in one process, as the standalone program has them, but a message is acknowledged as soon
 * as it is handed to the ledger.
 */
import { topicOf } from '@cufflink/contracts'
import { startGateway } from '@cufflink/gateway'
import { type Ledger, openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig, runProcess } from '@cufflink/runtime'
import { StandaloneConfig } from '@cufflink/standalone'
import { startTracker } from '@cufflink/tracker'
import { openViews } from '@cufflink/views'

await runProcess(async ({ env, supervise }) => {
  const config = loadConfig(StandaloneConfig, { env })
  const logger = createLogger({ service: 'mutant', level: 'silent' })
  const lifecycle = supervise(createLifecycle({ logger, service: 'mutant' }))
  await lifecycle.start(async () => {
    const ledger = await openLedger(config)
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    const views = await openViews(config, logger)
    lifecycle.onStop('stores', 'views', () => views.close())
    await startGateway({ config, ledger: acknowledgingFirst(ledger), logger, lifecycle })
    await startTracker({ config, ledger, views, logger, lifecycle })
  })
})

function acknowledgingFirst(ledger: Ledger): Ledger {
  return {
    ...ledger,
    queued: 0,
    available: true,
    async append(fact) {
      ledger.append(fact).catch(() => undefined)
      return { topic: topicOf(fact.type), partition: 0, offset: 0 }
    },
  }
}
