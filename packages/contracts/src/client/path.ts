import type { OperationName, ParamsOf } from '@cufflink/contracts'
import { operations } from '@cufflink/contracts/operations'

/** The address of an operation with its parameters filled in: `/api/practices/riverside`. */
export function pathOf<Name extends OperationName>(name: Name, params: ParamsOf<Name>): string {
  const values = params as Readonly<Record<string, string>>
  return operations[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(values[key] ?? ''))
}
