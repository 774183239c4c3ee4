import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { exercised } from '../exercised.ts'
import { openKeeper } from '../keeper.ts'
import type { EngineNode } from '../node.ts'
import { engineNode, nodeWith } from '../node.ts'
import { freePort } from '../port.ts'
import { versionOf } from '../programs.ts'

export type MosquittoOptions = {
  /** Lines for mosquitto.conf: `max_queued_messages 0`. */
  readonly config?: string
  /** The data folder, kept in the end. Without it a temporary one. */
  readonly dir?: string
}

export type StartedMosquitto = EngineNode &
  AsyncDisposable & { readonly url: string; readonly port: number; readonly dir: string }

/** Starts a Mosquitto on a free port of the loopback, open to everybody unless `config` says otherwise. */
export async function startMosquitto({ config = '', dir }: MosquittoOptions = {}): Promise<StartedMosquitto> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('mosquitto', dir))
  const port = await freePort()
  const file = join(keeper.dir, 'mosquitto.conf')
  await writeFile(file, `${baseConfig(port, keeper.dir).join('\n')}\n${config}\n`)
  const node = engineNode(keeper, {
    name: 'mosquitto',
    command: 'mosquitto',
    args: ['-c', file],
    ready: () => answers(port),
  })
  await node.start()
  if (dir !== undefined) stack.defer(async () => void (await node.stop()))
  exercised('Mosquitto', versionOf('mosquitto'))
  const owned = stack.move()
  return nodeWith(node, {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    dir: keeper.dir,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

const baseConfig = (port: number, dir: string): string[] => [
  `listener ${port} 127.0.0.1`,
  'allow_anonymous true',
  'log_dest stderr',
  `persistence_location ${dir}/`,
  // As root it would become the user mosquitto, who may not open the folder.
  ...(process.getuid?.() === 0 ? ['user root'] : []),
]

// Any CONNACK is an answer: a broker that asks for a password refuses this client, and listens.
async function answers(port: number): Promise<boolean> {
  try {
    const client = await connectAsync(
      `mqtt://127.0.0.1:${port}`,
      { reconnectPeriod: 0, connectTimeout: 1000 },
      false,
    )
    await client.endAsync(true)
    return true
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Connection refused: ')) return true
    throw error
  }
}
