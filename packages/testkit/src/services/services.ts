import { fileURLToPath } from 'node:url'
import { type Keeper, openKeeper } from '../engines/keeper.ts'
import { type EngineNode, engineNode, nodeWith } from '../engines/node.ts'
import { freePort } from '../engines/port.ts'
import { testKeys } from '../people/test-people.ts'

type Settings = Readonly<Record<string, string>>

export type ServicesOptions = {
  /** Variables of every service: the engines, the clock. */
  readonly env: Settings
  readonly trackers?: number
}

/** A service in a process of its own: `kill`, `start` and `pause` as for an engine. */
export type Service = EngineNode & { readonly url: string }

/** The program as a fleet runs it: gateway, trackers and console as processes of their own. */
export type Services = AsyncDisposable & {
  readonly gateway: Service
  readonly trackers: readonly Service[]
  readonly console: Service
  readonly mqttUrl: string
  /** Where the services' logs lie. */
  readonly dir: string
}

/** Starts the services on free ports; resolves when all of them are ready. */
export async function startServices({ env, trackers = 2 }: ServicesOptions): Promise<Services> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('services'))
  const mqttPort = await freePort()
  const gateway = await service(keeper, 'gateway', { ...env, MQTT_PORT: String(mqttPort) })
  const followers = await Promise.all(
    Array.from({ length: trackers }, (_, index) => service(keeper, 'tracker', env, `tracker-${index + 1}`)),
  )
  const console = await service(keeper, 'console', { ...testKeys, ...env, OPS_GATEWAYS: gateway.url })
  // The first of them makes the topics; the others find them.
  await gateway.start()
  await Promise.all([...followers, console].map((one) => one.start()))
  const owned = stack.move()
  return {
    gateway,
    trackers: followers,
    console,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    dir: keeper.dir,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type GatewayService = Service & AsyncDisposable & { readonly mqttPort: number }

/** Starts a gateway alone. */
export async function startGatewayService({ env }: { readonly env: Settings }): Promise<GatewayService> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('gateway'))
  const mqttPort = await freePort()
  const gateway = await service(keeper, 'gateway', { ...env, MQTT_PORT: String(mqttPort) })
  await gateway.start()
  const owned = stack.move()
  return nodeWith(gateway, { url: gateway.url, mqttPort, [Symbol.asyncDispose]: () => owned.disposeAsync() })
}

async function service(keeper: Keeper, kind: string, env: Settings, name = kind): Promise<Service> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const node = engineNode(keeper, {
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL(`../../../../services/${kind}/src/main.ts`, import.meta.url))],
    env: { ...env, [`${kind.toUpperCase()}_HTTP_PORT`]: String(port) },
    ready: async () => (await fetch(`${url}/health/ready`)).ok,
  })
  return nodeWith(node, { url })
}
