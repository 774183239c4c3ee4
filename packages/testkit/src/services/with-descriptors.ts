import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type WithDescriptorsOptions = {
  /** The service's `main.ts`. */
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  readonly descriptors: number
  /** What its log says, with a `port`, once it listens. */
  readonly listens: string
}

/** A service as it is run, that may have so many descriptors. */
export async function startWithDescriptors({
  main,
  env,
  descriptors,
  listens,
}: WithDescriptorsOptions): Promise<AsyncDisposable & { readonly port: number }> {
  const limited = ['-c', `ulimit -n ${descriptors} && exec "$0" "$1"`, process.execPath, main]
  const child = spawn('sh', limited, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text
    if (said.includes(listens)) break
  }
  child.stdout.resume()
  const { port } = JSON.parse(said.split('\n').find((line) => line.includes(listens))!)
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
