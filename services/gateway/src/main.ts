import { openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig, runProcess, watchClock } from '@cufflink/runtime'
import { startGateway } from './app.ts'
import { GatewayConfig } from './config.ts'

await runProcess(async ({ env, supervise }) => {
  const config = loadConfig(GatewayConfig, { env })
  const logger = createLogger({ service: 'gateway', level: config.LOG_LEVEL })
  const lifecycle = supervise(createLifecycle({ logger, service: 'gateway' }))
  watchClock(logger, lifecycle)
  await lifecycle.start(async () => {
    const ledger = await openLedger(config, (error) => logger.error('the ledger is not safe', { error }))
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    await startGateway({ config, ledger, logger, lifecycle })
  })
})
