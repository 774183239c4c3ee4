import { ledgerVariables } from '@cufflink/ledger'
import { clockVariables, logLevels } from '@cufflink/runtime'
import { type Static, Type } from 'typebox'

/** Everything that can be set of a gateway, by environment or file. */
export const GatewayConfig = Type.Object({
  ...ledgerVariables,
  MQTT_HOST: Type.String({
    default: '127.0.0.1',
    description:
      'Address the listener takes devices on. It has no TLS yet: keep it on this machine, or behind a proxy',
  }),
  MQTT_IN_THE_CLEAR: Type.Boolean({
    default: false,
    description:
      'Lets MQTT_HOST be an address that others reach. Secrets and readings then cross that network without encryption',
  }),
  MQTT_PORT: Type.Integer({
    default: 1883,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    description: 'Port of the listener; 0 chooses a free one',
  }),
  MQTT_MAX_PACKET_BYTES: Type.Integer({
    default: 393_216,
    minimum: 1_024,
    maximum: 524_288,
    unit: 'bytes',
    description:
      'Largest PUBLISH; a larger one is refused at its fixed header, and so is any other packet over 16 KB',
  }),
  MQTT_CONNECT_DEADLINE_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    unit: 'ms',
    description: 'How long a connection may wait before its CONNECT',
  }),
  MQTT_MAX_SILENCE_MS: Type.Integer({
    default: 5_400_000,
    minimum: 1_000,
    maximum: 86_400_000,
    unit: 'ms',
    description: 'How long a connection may be silent whose client asked for no keep-alive',
  }),
  MQTT_MAX_IN_FLIGHT: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 65_535,
    unit: 'packets',
    description:
      'Unacknowledged packets of one connection, or messages of one device that wait for their turn, beyond which no further packet is taken',
  }),
  MQTT_MAX_QUEUED: Type.Integer({
    default: 20_000,
    minimum: 100,
    maximum: 1_000_000,
    unit: 'facts',
    description: 'Facts on their way to the ledger beyond which no message is handed to it',
  }),
  MQTT_MAX_HELD_BYTES: Type.Integer({
    default: 67_108_864,
    minimum: 1_048_576,
    maximum: 17_179_869_184,
    unit: 'bytes',
    description:
      'Messages that were read and are not acknowledged, over all devices. A device that holds more than a 64th of what is free is not read',
  }),
  MQTT_DEVICE_CONNECTIONS: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 65_535,
    unit: 'connections',
    description: 'Connections of one device; one more closes the oldest',
  }),
  MQTT_UNKNOWN_CONNECTIONS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'connections',
    description:
      'Connections whose CONNECT was not accepted yet, over all addresses; one more closes the oldest of the address that has the most. 0 is a quarter of the descriptors the process may have',
  }),
  MQTT_ADDRESS_CONNECTIONS: Type.Integer({
    default: 512,
    minimum: 1,
    maximum: 65_535,
    unit: 'connections',
    description:
      'Connections of one address whose CONNECT was not accepted yet; one more closes the oldest. All who come through a proxy are one address',
  }),
  MQTT_DEVICE_READINGS_PER_SECOND: Type.Integer({
    default: 20,
    minimum: 1,
    maximum: 1_000_000,
    unit: 'readings a second',
    description:
      'What one device may send over time, each 200 bytes of a message counting as a reading at least. Beyond it its readings wait',
  }),
  MQTT_DEVICE_BURST_READINGS: Type.Integer({
    default: 2_000,
    minimum: 1_000,
    maximum: 1_000_000,
    unit: 'readings',
    description: 'What one device may send at once before the rate holds',
  }),
  MQTT_DEVICE_READINGS_PER_DAY: Type.Integer({
    default: 5_000,
    minimum: 1_000,
    maximum: 1_000_000_000,
    unit: 'readings a day',
    description:
      'What one device may add to the ledger over days, and at once. Copies do not count. Beyond it its readings wait',
  }),
  MQTT_DEVICE_PARKED_READINGS: Type.Integer({
    default: 2_000,
    minimum: 1_000,
    maximum: 1_000_000,
    unit: 'readings',
    description:
      'Readings of one device that wait for a patient. One more is not acknowledged, and its device closed, unless it has a patient now',
  }),
  MQTT_PRACTICE_PARKED_READINGS: Type.Integer({
    default: 20_000,
    minimum: 1_000,
    maximum: 10_000_000,
    unit: 'readings',
    description:
      'Readings of all devices of one practice that wait for a patient, so that one practice takes no other one’s room',
  }),
  MQTT_PARKED_READINGS: Type.Integer({
    default: 100_000,
    minimum: 1_000,
    maximum: 10_000_000,
    unit: 'readings',
    description: 'Readings of all devices that wait for a patient; each gateway has them in memory',
  }),
  MQTT_DEVICE_REJECTED_BYTES: Type.Integer({
    default: 4_194_304,
    minimum: 0,
    maximum: 1_073_741_824,
    unit: 'bytes a day',
    description:
      'How much is kept of what one device sends that cannot be read. Beyond it a sample is kept, and all of it acknowledged and counted',
  }),
  HOST_CLOCK_CHECKED: Type.Boolean({
    default: false,
    description:
      'A person has checked that the clock of this machine is right and kept so: go on though devices agree on another time. What they date ahead counts for its receipt',
  }),
  GATEWAY_HTTP_HOST: Type.String({ default: '127.0.0.1', description: 'Address of health and metrics' }),
  GATEWAY_HTTP_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    description: 'Port of health and metrics; 0 chooses a free one',
  }),
  ...clockVariables,
  LOG_LEVEL: Type.Enum([...logLevels], { default: 'info', description: 'Least level that is logged' }),
})
export type GatewayConfig = Static<typeof GatewayConfig>
