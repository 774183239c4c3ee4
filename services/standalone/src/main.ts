import { createLifecycle, createLogger, loadConfig, runProcess, watchClock } from '@cufflink/runtime'
import { startStandalone } from './app.ts'
import { StandaloneConfig } from './config.ts'
import { greeting } from './greeting.ts'

await runProcess(async ({ env, supervise }) => {
  const config = loadConfig(StandaloneConfig, { env })
  const logger = createLogger({ service: 'standalone', level: config.LOG_LEVEL })
  const lifecycle = supervise(createLifecycle({ logger, service: 'standalone' }))
  watchClock(logger, lifecycle)
  await lifecycle.start(async () => {
    const running = await startStandalone({ config, logger, lifecycle })
    process.stdout.write(greeting(running, config))
  })
})
