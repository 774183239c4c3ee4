import type { ErrorCode } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import type { Clock } from '@cufflink/runtime'
import type { CopyFilter } from './copies.ts'
import { factId } from './fact-id.ts'
import type { HostClock } from './host-clock.ts'
import type { RejectedLimit } from './rejected-limit.ts'

/** Ends of a connection that come again until a person sees to the device: what it has to say never arrives. */
const told: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PACKET_TOO_LARGE',
  'DEVICE_OVER_RATE',
  'DEVICE_OVER_DAY',
  'PARKED_FULL',
])
const HOUR_MS = 3_600_000

export type ClosingsOptions = {
  readonly copies: CopyFilter
  readonly rejectedLimit: RejectedLimit
  readonly clock: Pick<Clock, 'now'>
  readonly hostClock: Pick<HostClock, 'isTrusted'>
}

/** Puts on the ledger, once an hour, that a device was closed for what it sends: people find it beside its refused payloads. */
export type RecordClosing = (device: RegisteredDevice, code: ErrorCode) => void

export function recordClosings({ copies, rejectedLimit, clock, hostClock }: ClosingsOptions): RecordClosing {
  return (device, code) => {
    // While the host's clock is suspect it is no fault of the device's, and there is no hour to put it in.
    if (!told.has(code) || !hostClock.isTrusted) return
    const at = clock.now()
    const fact = {
      id: factId(`${device.device}\n${code}\n${Math.floor(at / HOUR_MS)}`),
      type: 'payload.rejected',
      v: 2,
      tenant: device.tenant,
      at,
      by: `device:${device.device}`,
      data: { source: device.device, path: 'mqtt', code, receivedAt: at, payloadBase64: '' },
    } as const
    if (!copies.knows(fact) && !rejectedLimit.keeps(fact)) return
    // Not durable before the gateway closes: the device comes again.
    copies.append(fact).durable?.catch(() => undefined)
  }
}
