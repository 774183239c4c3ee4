import type { GatewayStatus } from '@cufflink/contracts'

const TIMEOUT_MS = 1_000
const PREFIX = 'cufflink_gateway_'
const acknowledged = ['recorded', 'parked', 'rejected', 'duplicate'] as const

/** Reads gateways' `/metrics` as Prometheus does, so that a gateway needs to know of no one. */
export type GatewayProbe = { read(): Promise<GatewayStatus> }

export function probeGateway(url: string): GatewayProbe {
  const name = new URL(url).host
  let last: { readonly received: number; readonly at: number } | undefined

  async function read(): Promise<GatewayStatus> {
    try {
      const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!response.ok) throw new Error(`answered ${response.status}`)
      return status(parse(await response.text()))
    } catch {
      last = undefined
      return { ...idle, name, up: false }
    }
  }

  function status(metric: ReadonlyMap<string, number>): GatewayStatus {
    const of = (suffix: string): number => metric.get(PREFIX + suffix) ?? 0
    const received = of('messages_received_total')
    const at = performance.now()
    const perSecond = last === undefined ? 0 : ((received - last.received) / (at - last.at)) * 1_000
    last = { received, at }
    return {
      name,
      up: true,
      connections: of('connections'),
      received,
      // A PUBACK goes out for what is parked, set aside or sent again too.
      acknowledged: acknowledged.reduce((sum, name) => sum + of(`messages_${name}_total`), 0),
      parked: of('messages_parked_total'),
      refused: of('messages_rejected_total'),
      notKept: of('messages_not_kept_total'),
      duplicates: of('messages_duplicate_total'),
      inFlight: of('messages_in_flight'),
      perSecond: Math.max(0, perSecond),
    }
  }

  return { read }
}

const idle = {
  connections: 0,
  received: 0,
  acknowledged: 0,
  parked: 0,
  refused: 0,
  notKept: 0,
  duplicates: 0,
  inFlight: 0,
  perSecond: 0,
}

/** The samples of the text format whose only label is the service. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{service="[a-z]+"\})? ([0-9.e+-]+)$/.exec(line)
    if (match !== null) samples.set(match[1]!, Number(match[2]))
  }
  return samples
}
