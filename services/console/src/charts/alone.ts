import { rowOf } from '@cufflink/contracts'
import { Counter, type Logger, type Registry } from '@cufflink/runtime'

/**
 * Evaluates one patient so that what goes wrong with this one stops no other: then it is what `otherwise` gives. An error that concerns
 * everybody, as while the views are away, is thrown as it is.
 */
export type Alone = <Made, Otherwise>(
  evaluate: () => Promise<Made>,
  otherwise: () => Otherwise,
) => Promise<Made | Otherwise>

/** Logs what went wrong, without saying for which patient, and counts it. */
export function createAlone({ logger, metrics }: { logger: Logger; metrics: Registry }): Alone {
  const failed = new Counter({
    name: 'cufflink_console_patients_not_evaluated_total',
    help: 'Evaluations of one patient that ended with an error',
    registers: [metrics],
  })
  return async (evaluate, otherwise) => {
    try {
      return await evaluate()
    } catch (error) {
      if (rowOf(error).class === 'transient') throw error
      failed.inc()
      logger.error('a patient cannot be evaluated', { code: 'PATIENT_NOT_EVALUATED', error })
      return otherwise()
    }
  }
}
