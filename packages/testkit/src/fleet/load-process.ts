/** Runs a load in a process of its own: `node load-process.ts '<LoadOptions as JSON>'` prints the result as JSON. */
import { type LoadOptions, runLoad } from './load.ts'

const result = await runLoad(JSON.parse(process.argv[2] ?? '') as LoadOptions)
process.stdout.write(`${JSON.stringify(result)}\n`)
