import { rowOf } from '@cufflink/contracts'
import { Counter, type Logger, type Registry } from '@cufflink/runtime'

/**
 * Told of an error that one patient's evaluation ended with. Says whether all should be tried again, as when the views are away;
 * otherwise it is that patient's own, and is logged, without saying whose, and counted.
 */
export type NotEvaluated = (error: unknown) => 'try again' | 'reported'

export function reportNotEvaluated({ logger, metrics }: { logger: Logger; metrics: Registry }): NotEvaluated {
  const failed = new Counter({
    name: 'cufflink_console_patients_not_evaluated_total',
    help: 'Evaluations of one patient that ended with an error',
    registers: [metrics],
  })
  return (error) => {
    if (rowOf(error).class === 'transient') return 'try again'
    failed.inc()
    logger.error('a patient cannot be evaluated', { code: 'PATIENT_NOT_EVALUATED', error })
    return 'reported'
  }
}
