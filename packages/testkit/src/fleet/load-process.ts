/** Runs a load or an attack in a process of its own: `node load-process.ts load '<options as JSON>'` prints the result as JSON. */
import { type AttackOptions, runAttack } from './attack.ts'
import { type LoadOptions, runLoad } from './load.ts'

const [what, text = ''] = process.argv.slice(2)
const options: unknown = JSON.parse(text)
const result =
  what === 'attack' ? await runAttack(options as AttackOptions) : await runLoad(options as LoadOptions)
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit()
