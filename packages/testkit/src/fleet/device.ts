import mqtt, { type MqttClient } from 'mqtt'

export type DeviceCredentials = { readonly device: string; readonly secret: string }

export type DeviceOptions = DeviceCredentials & {
  /** `mqtt://host:port` */
  readonly url: string
  /** Told of each PUBACK, with the payload it is for. */
  acknowledged?(payload: string): void
}

/** A simulated device: MQTT.js, so that someone else's client is what the gateway meets. */
export type SimulatedDevice = AsyncDisposable & {
  readonly device: string
  /** Resolves at the PUBACK. Kept and sent again over reconnections until then, as a device keeps its readings. */
  publish(payload: string): Promise<void>
  close(): Promise<void>
}

const RECONNECT_MS = 250

export function connectDevice({ url, device, secret, acknowledged }: DeviceOptions): SimulatedDevice {
  const client: MqttClient = mqtt.connect(url, {
    clientId: device,
    username: device,
    password: secret,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: 5_000,
    keepalive: 30,
    protocolVersion: 4,
  })
  // A refused or broken connection is tried again by the client itself.
  client.on('error', () => undefined)

  /** MQTT.js gives up what is published while it sends its backlog again, should the connection break just then. */
  async function untilAcknowledged(payload: string): Promise<void> {
    try {
      await client.publishAsync(`devices/${device}/readings`, payload, { qos: 1 })
    } catch (error) {
      if (client.disconnecting) throw error
      await untilAcknowledged(payload)
    }
  }

  const close = (): Promise<void> => client.endAsync(true).then(() => undefined)

  return {
    device,
    async publish(payload) {
      await untilAcknowledged(payload)
      acknowledged?.(payload)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
