import { fileURLToPath } from 'node:url'
import { exercised } from '../engines/exercised.ts'
import { openKeeper } from '../engines/keeper.ts'
import { engineNode, nodeWith } from '../engines/node.ts'
import { freePort } from '../engines/port.ts'
import { testKeys } from '../people/test-people.ts'
import type { Service } from './services.ts'

export type EmbeddedOptions = {
  /** The folder of its state, which is kept. */
  readonly stateDir: string
  /** More of its variables. */
  readonly env?: Readonly<Record<string, string>>
  /** The program that runs; `services/standalone` unless told. */
  readonly main?: string
}

/** The whole program in one process on the embedded engines; `url` is the pages', `gatewayUrl` that of its metrics. */
export type Embedded = Service &
  AsyncDisposable & { readonly mqttUrl: string; readonly gatewayUrl: string; readonly trackerUrl: string }

const standalone = fileURLToPath(new URL('../../../../services/standalone/src/main.ts', import.meta.url))

/** Starts it on free ports, the same ones after each `kill` and `start`. */
export async function startEmbedded({
  stateDir,
  env = {},
  main = standalone,
}: EmbeddedOptions): Promise<Embedded> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('embedded'))
  const [mqtt, gateway, tracker, pages] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const at = (port: number): string => `http://127.0.0.1:${port}`
  const node = engineNode(keeper, {
    name: 'embedded',
    command: process.execPath,
    args: [main],
    env: {
      STATE_DIR: stateDir,
      MQTT_PORT: String(mqtt),
      GATEWAY_HTTP_PORT: String(gateway),
      TRACKER_HTTP_PORT: String(tracker),
      CONSOLE_HTTP_PORT: String(pages),
      ...testKeys,
      ...env,
    },
    ready: async () => (await fetch(`${at(tracker)}/health/ready`)).ok,
  })
  await node.start()
  exercised('SQLite', process.versions.sqlite ?? 'unknown')
  const owned = stack.move()
  return nodeWith(node, {
    url: at(pages),
    mqttUrl: `mqtt://127.0.0.1:${mqtt}`,
    gatewayUrl: at(gateway),
    trackerUrl: at(tracker),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}
