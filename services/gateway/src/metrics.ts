import type { Registry } from '@cufflink/directory'
import type { Ledger } from '@cufflink/ledger'
import { Gauge, type Registry as Metrics } from '@cufflink/runtime'
import type { HostClock } from './ingest/host-clock.ts'
import type { ParkedReadings } from './ingest/parked.ts'
import type { Tally } from './ingest/tally.ts'
import type { Listener } from './mqtt/listener.ts'
import type { FairQueue } from './shares/fair-queue.ts'
import type { Shares } from './shares/shares.ts'

type Measured = {
  readonly metrics: Metrics
  readonly tally: Tally
  readonly ledger: Ledger
  readonly listener: Listener
  readonly registry: Registry
  readonly parked: ParkedReadings
  readonly hostClock: HostClock
  readonly shares: Shares
  readonly queue: FairQueue
}

/** What the gateway counts, read when `/metrics` is asked for: a message costs an addition and nothing more. */
export function measure(measured: Measured): void {
  const { metrics, tally, ledger, listener, registry, parked, hostClock, shares, queue } = measured
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `cufflink_gateway_${name}`,
      help,
      registers: [metrics],
      collect() {
        this.set(read())
      },
    })
  gauge('messages_received_total', 'PUBLISH packets taken in', () => tally.received)
  gauge('messages_recorded_total', 'Messages durable as readings', () => tally.recorded)
  gauge('messages_parked_total', 'Messages durable as readings without a patient', () => tally.parked)
  gauge('messages_rejected_total', 'Messages durable as rejected bytes', () => tally.rejected)
  gauge('messages_duplicate_total', 'Messages that were on the ledger already', () => tally.duplicate)
  gauge('messages_not_kept_total', 'Rejected messages beyond what is kept of a device', () => tally.notKept)
  gauge('messages_failed_total', 'Messages not durable, not acknowledged', () => tally.failed)
  gauge('messages_in_flight', 'Messages on their way to the ledger', () => tally.inFlight)
  gauge('messages_waiting', 'Messages that wait for their device’s turn', () => queue.waiting)
  gauge('held_bytes', 'Bytes that were read and are not acknowledged', () => shares.bytes)
  gauge('ledger_queued_facts', 'Facts on their way to the ledger', () => ledger.queued)
  gauge('ledger_available', '1 while the ledger takes facts', () => Number(ledger.available))
  gauge('clock_trusted', '1 while the clock of the host is not suspect', () => Number(hostClock.isTrusted))
  gauge('connections', 'Open device connections', () => listener.connections)
  gauge('parked_readings', 'Readings that wait for a patient', () => parked.size)
  gauge('devices', 'Devices in the registry', () => registry.size)
  new Gauge({
    name: 'cufflink_gateway_connections_closed_total',
    help: 'Connections that were ended for a reason, by error code',
    labelNames: ['code'],
    registers: [metrics],
    collect() {
      for (const [code, count] of listener.closedBy) this.set({ code }, count)
    },
  })
}
