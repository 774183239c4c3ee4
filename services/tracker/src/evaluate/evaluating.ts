import {
  type ChartReader,
  createChartReader,
  createDocuments,
  createPractices,
  type Documents,
  type Practices,
} from '@cufflink/charts'
import { type Accounts, openAccounts, openRegistry, type Registry } from '@cufflink/directory'
import { type LedgerReader } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'
import { type Basis, watchBasis } from './basis.ts'
import { clinicianMonths } from './clinicians.ts'
import { type Evaluator, type EvaluatorOptions, startEvaluator } from './evaluator.ts'

export type EvaluatingOptions = Pick<
  EvaluatorOptions,
  'clock' | 'logger' | 'partitions' | 'monthEveryMs' | 'unreadable'
> & {
  readonly ledger: LedgerReader
  readonly views: Views
}

/** An evaluator, with what it stands on beside the views. */
export type Evaluating = AsyncDisposable & {
  readonly evaluator: Evaluator
  readonly basis: Basis
  readonly documents: Documents
  readonly charts: ChartReader
  readonly practices: Practices
  readonly accounts: Accounts
  readonly registry: Registry
}

/** Evaluates the patients and the clinicians' months of some partitions, until closed. */
export async function startEvaluating(options: EvaluatingOptions): Promise<Evaluating> {
  const { ledger, views, clock, partitions } = options
  await using stack = new AsyncDisposableStack()
  const accounts = stack.adopt(await openAccounts(ledger, clock), (one) => one.close())
  const registry = stack.adopt(await openRegistry(ledger), (one) => one.close())
  const documents = createDocuments({ ledger, views })
  const practices = createPractices(documents)
  const charts = createChartReader({ documents, accounts, registry, clock })
  let evaluator: Evaluator | undefined
  const marked = (): void => evaluator?.wake()
  const basis = watchBasis({ ledger, views, practices, accounts, registry, partitions, marked })
  stack.defer(() => basis.close())
  const months = clinicianMonths({ ledger, views, documents, practices, clock })
  evaluator = startEvaluator({ ...options, practices, charts, basis, months })
  stack.defer(evaluator.close)
  const owned = stack.move()
  const close = () => owned.disposeAsync()
  return { evaluator, basis, documents, charts, practices, accounts, registry, [Symbol.asyncDispose]: close }
}
