import { openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig, runProcess, watchClock } from '@cufflink/runtime'
import { openViews } from '@cufflink/views'
import { startTracker } from './app.ts'
import { TrackerConfig } from './config.ts'

await runProcess(async ({ env, supervise }) => {
  const config = loadConfig(TrackerConfig, { env })
  const logger = createLogger({ service: 'tracker', level: config.LOG_LEVEL })
  const lifecycle = supervise(createLifecycle({ logger, service: 'tracker' }))
  watchClock(logger, lifecycle)
  await lifecycle.start(async () => {
    const ledger = await openLedger(config, (error) => logger.error('the ledger is not safe', { error }))
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    const views = await openViews(config, logger)
    lifecycle.onStop('stores', 'views', () => views.close())
    await startTracker({ config, ledger, views, logger, lifecycle })
  })
})
