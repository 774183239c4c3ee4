/** The thread of the gateway: the same gateway as that of a fleet, on the ledger that the program has opened. */
import { parentPort, workerData } from 'node:worker_threads'
import { CufflinkError } from '@cufflink/contracts'
import { startGateway } from '@cufflink/gateway'
import { joinLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, runProcess } from '@cufflink/runtime'
import type { GatewayThreadData, GatewayThreadMessage } from './gateway-thread.ts'

const { config, invitation } = workerData as GatewayThreadData
const tell = (message: GatewayThreadMessage): void => parentPort?.postMessage(message)

await runProcess(async ({ supervise }) => {
  const logger = createLogger({ service: 'gateway', level: config.LOG_LEVEL })
  const lifecycle = supervise(createLifecycle({ logger, service: 'gateway' }))
  parentPort?.on('message', () => void lifecycle.stop({ reason: 'program stops' }))
  try {
    await lifecycle.start(async () => {
      const ledger = await joinLedger(config, invitation)
      lifecycle.onStop('stores', 'ledger', () => ledger.close())
      tell({ type: 'started', gateway: await startGateway({ config, ledger, logger, lifecycle }) })
    })
  } catch (error) {
    tell({
      type: 'refused',
      ...(error instanceof CufflinkError && { code: error.code, text: error.message }),
    })
  }
})
