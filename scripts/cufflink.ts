/**
 * The command line: adds practices, patients and devices to a running Cufflink through its HTTP API.
 * `npm run cufflink -- --help`
 */
import { parseArgs } from 'node:util'

const HELP = `Usage: npm run cufflink -- <command>

  practice add <practice> --name <name> --zone <IANA zone>
  patient  add <practice> <patient> --name <name> --zone <IANA zone>
  device   add <practice> <device> --model <model> [--patient <patient>]
  device   assign <practice> <device> --patient <patient> [--from <ISO instant>]
  device   revoke <practice> <device>

Practices and patients are named by lower-case letters, digits and hyphens, such as riverside or p-0001.
Running the same "add" again corrects the name or the zone.

  --console <url>   where Cufflink runs; CUFFLINK_CONSOLE, else http://127.0.0.1:3000
`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    zone: { type: 'string' },
    model: { type: 'string' },
    patient: { type: 'string' },
    from: { type: 'string' },
    console: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
const base = values.console ?? process.env['CUFFLINK_CONSOLE'] ?? 'http://127.0.0.1:3000'

class Refusal extends Error {}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(new URL(path, base), {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refusal(
      `Nothing answers at ${base}. Start Cufflink with \`npm start\`, or name it with --console.`,
    )
  })
  const text = await response.text()
  const answer: unknown = text === '' ? undefined : JSON.parse(text)
  if (response.ok) return answer
  const { code, message } = answer as { code: string; message: string }
  throw new Refusal(`${code}: ${message}`)
}

function required(option: 'name' | 'zone' | 'model' | 'patient'): string {
  const value = values[option]
  if (value === undefined) throw new Refusal(`--${option} is missing.\n\n${HELP}`)
  return value
}

function positional(index: number, what: string): string {
  const value = positionals[index]
  if (value === undefined) throw new Refusal(`The ${what} is missing.\n\n${HELP}`)
  return encodeURIComponent(value)
}

const practicePath = (): string => `/api/practices/${positional(2, 'practice')}`
const devicePath = (): string => `${practicePath()}/devices/${positional(3, 'device')}`

async function addDevice(): Promise<string> {
  const device = positional(3, 'device')
  const body = { device: decodeURIComponent(device), model: required('model'), patient: values.patient }
  const { secret } = (await call('POST', `${practicePath()}/devices`, body)) as { secret: string }
  return `${device} is registered. Its secret, shown this once:

  ${secret}

Publish a reading as it:

  mosquitto_pub -h 127.0.0.1 -p 1883 -q 1 -i ${device} -u ${device} -P '${secret}' \\
    -t devices/${device}/readings -m '{"kind":"blood-pressure","systolicMmHg":128,"diastolicMmHg":82,"pulsePerMin":66}'
`
}

async function assignDevice(): Promise<string> {
  const from = values.from === undefined ? undefined : Date.parse(values.from)
  if (Number.isNaN(from)) throw new Refusal('--from is no instant; write it like 2026-11-24T09:00:00Z.')
  await call('PUT', `${devicePath()}/patient`, { patient: required('patient'), from })
  return 'Saved.\n'
}

const commands: Readonly<Record<string, () => Promise<string>>> = {
  'practice add': async () => {
    await call('PUT', practicePath(), { name: required('name'), zone: required('zone') })
    return `Saved. ${base}/practices/${positional(2, 'practice')}\n`
  },
  'patient add': async () => {
    const path = `${practicePath()}/patients/${positional(3, 'patient')}`
    await call('PUT', path, { name: required('name'), zone: required('zone') })
    return 'Saved.\n'
  },
  'device add': addDevice,
  'device assign': assignDevice,
  'device revoke': async () => {
    await call('DELETE', devicePath())
    return 'Revoked. Its connections are closed.\n'
  },
}

try {
  const command = commands[positionals.slice(0, 2).join(' ')]
  process.stdout.write(command === undefined || values.help ? HELP : await command())
  if (command === undefined && !values.help) process.exitCode = 1
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
