import { openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig, runProcess, watchClock } from '@cufflink/runtime'
import { openViews } from '@cufflink/views'
import { startConsole } from './app.ts'
import { ConsoleConfig } from './config.ts'

await runProcess(async ({ env, supervise }) => {
  const config = loadConfig(ConsoleConfig, { env })
  const logger = createLogger({ service: 'console', level: config.LOG_LEVEL })
  const lifecycle = supervise(createLifecycle({ logger, service: 'console' }))
  watchClock(logger, lifecycle)
  await lifecycle.start(async () => {
    const ledger = await openLedger(config, (error) => logger.error('the ledger is not safe', { error }))
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    const views = await openViews(config, logger)
    lifecycle.onStop('stores', 'views', () => views.close())
    await startConsole({ config, ledger, views, logger, lifecycle })
  })
})
