import { collectDefaultMetrics, Registry } from 'prom-client'

/** The metrics of one service, apart from every other service of the process, each labelled with the service. */
export function createMetrics(options: { readonly service: string }): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service: options.service })
  collectDefaultMetrics({ register: registry })
  return registry
}
