import { waitFor } from '../engines/wait.ts'
import { openJournal, readingName } from '../recount/journal.ts'
import { connectDevice } from './device.ts'
import { type FaultDevice, measuredAtOf } from './fault-practice.ts'

const TICK_MS = 20
/** A device that waits for so many PUBACKs measures no more for now. */
const MAX_WAITING = 40

export type FaultFleetOptions = {
  /** `mqtt://host:port` */
  readonly url: string
  readonly devices: readonly FaultDevice[]
  /** The file of the simulator's own ledger. */
  readonly journal: string
}

/**
 * MQTT.js clients that each publish unique readings at QoS 1, keep them until the PUBACK over any number of reconnections,
 * and write down what they sent and what was acknowledged.
 */
export type FaultFleet = AsyncDisposable & {
  readonly sent: number
  readonly acknowledged: number
  /** Publishes so many readings a second, over all devices in turn, from now on. */
  publish(perSecond: number): void
  /** Publishes no more of itself; what is on its way still is. */
  rest(): void
  /** Publishes a device's n-th reading, for the first time or again. Resolves at its PUBACK. */
  send(index: number, n: number): Promise<void>
  /** Resolves once everything that was sent is acknowledged. */
  settled(): Promise<void>
}

export function startFaultFleet({ url, devices, journal: path }: FaultFleetOptions): FaultFleet {
  const journal = openJournal(path)
  const members = devices.map((own) => ({ client: connectDevice({ url, ...own }), next: 0, waiting: 0 }))
  let sent = 0
  let acknowledged = 0
  let turn = 0
  let timer: NodeJS.Timeout | undefined

  async function send(index: number, n: number): Promise<void> {
    const member = members[index]!
    const { device } = devices[index]!
    const measuredAt = measuredAtOf(n)
    const reading = readingName(device, measuredAt)
    journal.sent(reading)
    sent += 1
    member.waiting += 1
    await member.client.publish(payloadOf(index, measuredAt))
    journal.acknowledged(reading)
    acknowledged += 1
    member.waiting -= 1
  }

  function publishNext(): void {
    const index = turn % members.length
    const member = members[index]!
    turn += 1
    if (member.waiting >= MAX_WAITING) return
    const n = member.next
    member.next += 1
    // Ends without its PUBACK when the fleet is closed, and only then.
    send(index, n).catch(() => undefined)
  }

  const rest = (): void => clearInterval(timer)

  return {
    get sent() {
      return sent
    },
    get acknowledged() {
      return acknowledged
    },
    publish(perSecond) {
      rest()
      const startedAt = performance.now()
      let done = 0
      timer = setInterval(() => {
        const due = ((performance.now() - startedAt) / 1_000) * perSecond
        for (; done < due; done += 1) publishNext()
      }, TICK_MS)
    },
    rest,
    send,
    async settled() {
      const behind = () => `${sent - acknowledged} of ${sent}`
      await waitFor(() => acknowledged === sent, { what: 'every PUBACK' }).catch((cause: unknown) => {
        throw new Error(`No PUBACK for ${behind()}.`, { cause })
      })
    },
    async [Symbol.asyncDispose]() {
      rest()
      await Promise.all(members.map(({ client }) => client.close()))
      journal.close()
    },
  }
}

const payloadOf = (index: number, measuredAt: number): string =>
  JSON.stringify({
    kind: 'blood-pressure',
    measuredAt,
    systolicMmHg: 100 + (index % 60),
    diastolicMmHg: 78,
    pulsePerMin: 66,
  })
