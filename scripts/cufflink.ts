/**
 * The command line: practices, people, patients and devices of a running Cufflink, through its HTTP API and with the operator key.
 * `npm run cufflink -- --help`
 */
import { hash, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChainRow, type ChainSeal, verifyChain } from '@cufflink/billing'
import { type AnswerOf, type BodyOf, CufflinkError } from '@cufflink/contracts'
import { type Client, createClient, type OperatorOperation, Refused } from '@cufflink/contracts/client'
import { backUpLedger, type LedgerCopy, restoreLedger } from '@cufflink/ledger'
import { rebuild } from './rebuild.ts'
import { verifyCommand } from './verify-ledger.ts'
import { verifyTallies } from './verify-tallies.ts'

const HELP = `Usage: npm run cufflink -- <command>

  practice add <practice> --name <name> --zone <IANA zone> [--confirm]
                                 of another zone it says first which locked lines that would change
  practice counts <practice>                              how many patients are in each state now, and of each code in each status
  practice time <practice> --month <2026-03>              minutes of each clinician in a month, over all patients; taken out
  user     add <practice> <user> --name <name> --roles <clinician,biller,ops,administrator>
                                 [--credential <physician|qhp|clinical-staff|non-clinical>]
  user     list <practice>                                who there is, and whose password was guessed at in vain
  user     disable <practice> <user>
  user     credential <practice> <user> --credential <…> --reason <text> [--from <ISO instant>] [--confirm]
                                 for the past it says first what that would change
  patient  add <practice> <patient> --name <name> --zone <IANA zone> [--programs RPM,CCM] [--condition <word>]
                                      [--acknowledge-locked]
  patient  consent <practice> <patient> --by <user> [--mode <verbal|written>] [--cost-share-explained]
  patient  order <practice> <patient> --practitioner <user> --diagnosis <ICD-10> --kind <blood-pressure|body-weight|blood-glucose>
                                      [--per-week <n>]
  patient  start <practice> <patient> --by <user> [--episode <name>]       opens the episode, and set-up is done
  device   add <practice> <device> --model <model> [--patient <patient>]
  device   assign <practice> <device> --patient <patient> [--from <ISO instant>] [--move] [--acknowledge-locked]
  device   revoke <practice> <device>
  device   dismiss <practice> <device> --reason <text>    its readings that wait for a patient are no patient’s
  evidence verify <file>                                  whether exported evidence is whole; needs no Cufflink
  backup   <file or folder>                               copies the embedded ledger in STATE_DIR (.cufflink), also while Cufflink runs
  verify   [--against <file>] [--save <file>]             whether the ledger still holds what views and saved heads remember of it
  verify   --tallies                                      folds the ledger again, counts it a second time, and names each patient whose tally differs
  rebuild  [--dry-run]                                    fills the views again from the ledger, behind those that are live, and then exchanges
                                                          them; names each patient who differs. --dry-run only names them
  restore  <file>                                         makes that copy the ledger in STATE_DIR; Cufflink must be stopped

What would change what a locked line stands on is refused; --acknowledge-locked says that you know, and the difference waits in Changes.
Practices, people and patients are named by lower-case letters, digits and hyphens, such as riverside or p-0001.
Running the same "add" again corrects what it says. A person who is added gets a password, printed this once; adding the
person again with --new-password gives another.

  --console <url>   where Cufflink runs; CUFFLINK_CONSOLE, else http://127.0.0.1:3000
  --key-file <path> the operator key; CUFFLINK_OPERATOR_KEY holds the key itself, else operator.key in STATE_DIR (.cufflink)
`

const options = {
  name: { type: 'string' },
  zone: { type: 'string' },
  roles: { type: 'string' },
  credential: { type: 'string' },
  'new-password': { type: 'boolean' },
  move: { type: 'boolean' },
  'acknowledge-locked': { type: 'boolean' },
  programs: { type: 'string' },
  condition: { type: 'string' },
  by: { type: 'string' },
  mode: { type: 'string', default: 'verbal' },
  'cost-share-explained': { type: 'boolean', default: false },
  practitioner: { type: 'string' },
  diagnosis: { type: 'string' },
  kind: { type: 'string' },
  'per-week': { type: 'string', default: '7' },
  episode: { type: 'string', default: 'e-1' },
  model: { type: 'string' },
  patient: { type: 'string' },
  from: { type: 'string' },
  reason: { type: 'string' },
  month: { type: 'string' },
  confirm: { type: 'boolean', default: false },
  against: { type: 'string' },
  tallies: { type: 'boolean', default: false },
  save: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  console: { type: 'string' },
  'key-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

class Mistake extends Error {}

function parse() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    process.exit(1)
  }
}
const { positionals, values } = parse()

const base = values.console ?? process.env['CUFFLINK_CONSOLE'] ?? 'http://127.0.0.1:3000'

const stateDir = () => process.env['STATE_DIR'] || '.cufflink'

function operatorKey(): string {
  const given = process.env['CUFFLINK_OPERATOR_KEY']
  if (values['key-file'] === undefined && given) return given
  const path = values['key-file'] ?? join(stateDir(), 'operator.key')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  throw new Mistake(
    `There is no operator key at ${path}. It is made at the first \`npm start\`; name another place with --key-file, or set CUFFLINK_OPERATOR_KEY.`,
  )
}

const consoleClient = (): Client<OperatorOperation> =>
  createClient({ fetch, base, operatorKey: operatorKey(), commandKey: randomUUID })

type Text =
  | 'name'
  | 'zone'
  | 'model'
  | 'patient'
  | 'roles'
  | 'by'
  | 'practitioner'
  | 'diagnosis'
  | 'kind'
  | 'reason'
  | 'month'
function required(option: Text): string {
  const value = values[option]
  if (value === undefined) throw new Mistake(`--${option} is missing.\n\n${HELP}`)
  return value
}

function missing(what: string): never {
  throw new Mistake(`The ${what} is missing.\n\n${HELP}`)
}

const positional = (index: number, what: string): string => positionals[index] ?? missing(what)

/** Words of the command line are checked by the console: it says what is wrong with them. */
const unchecked = (value: unknown): never => value as never
const list = (text: string): string[] => text.split(',').map((item) => item.trim())
const inPractice = () => ({ practice: positional(2, 'practice') })
const ofPatient = () => ({ ...inPractice(), patient: positional(3, 'patient') })
const ofDevice = () => ({ ...inPractice(), device: positional(3, 'device') })
const ofUser = () => ({ ...inPractice(), user: positional(3, 'user') })

async function addUser(): Promise<string> {
  const params = ofUser()
  const { users } = await consoleClient().call('listUsers', { params: inPractice() })
  const known = users.some(({ user }) => user === params.user)
  const password = known && !values['new-password'] ? undefined : randomBytes(12).toString('base64url')
  const body: BodyOf<'registerUser'> = {
    name: required('name'),
    roles: list(required('roles')).map((role) => unchecked(role)),
    ...(values.credential !== undefined && { credential: values.credential }),
    ...(password !== undefined && { password }),
  }
  await consoleClient().call('registerUser', { params, body })
  if (password === undefined) return 'Saved. The password stays.\n'
  return `${params.user} can sign in at ${base} with this password, shown this once:\n\n  ${password}\n\n`
}

async function changeCredential(): Promise<string> {
  const from = givenInstant()
  const body = {
    credential: values.credential ?? missing('option --credential'),
    reason: required('reason'),
    ...(from !== undefined && { from }),
    ...(values.confirm && { confirm: true as const }),
  }
  return effectsText(await consoleClient().call('changeCredential', { params: ofUser(), body }), 'Saved.\n')
}

/** What a change does to lines of the past, and whether it is saved or waits for --confirm. */
function effectsText({ saved, changes, failed }: AnswerOf<'changeCredential'>, done: string): string {
  const rows = changes.map(
    ({ patient, code, from: first, to, unitsNow, unitsThen, locked }) =>
      `  ${patient}  ${code}  ${first} to ${to}: ${unitsNow} → ${unitsThen} units${locked ? ', locked' : ''}\n`,
  )
  const said = saved ? done : 'Nothing was saved. It would change these lines; say --confirm to do it.\n'
  const unknown = failed.map((patient) => `  ${patient}  cannot be evaluated: what changes is not known\n`)
  return [said, ...rows, ...unknown].join('')
}

async function disableUser(): Promise<string> {
  const params = ofUser()
  const { users } = await consoleClient().call('listUsers', { params: inPractice() })
  const known = users.find(({ user }) => user === params.user)
  if (known === undefined) throw new Mistake(`There is no ${params.user} in this practice.`)
  const { user: _, wrongPasswords: _wrong, ...person } = known
  await consoleClient().call('registerUser', { params, body: { ...person, status: 'disabled' } })
  return 'Disabled. Their sessions have ended.\n'
}

async function listUsers(): Promise<string> {
  const { users } = await consoleClient().call('listUsers', { params: inPractice() })
  return users
    .map(({ user, name, roles, status, wrongPasswords: wrong }) => {
      const warning = wrong && `${wrong.count} wrong passwords, last ${new Date(wrong.lastAt).toISOString()}`
      return `${[user, name, roles.join(','), status, ...(warning ? [warning] : [])].join('\t')}\n`
    })
    .join('')
}

async function countPatients(): Promise<string> {
  const { month, codes, ...states } = await consoleClient().call('countPatients', { params: inPractice() })
  const rows = [
    ['month', month],
    ...Object.entries(states),
    ...codes.map(({ code, status, patients }) => [`${code} ${status}`, patients]),
  ]
  return rows.map((row) => `${row.join('\t')}\n`).join('')
}

async function clinicianTime(): Promise<string> {
  const params = { ...inPractice(), month: required('month') }
  const { clinicians } = await consoleClient().call('clinicianMonths', { params })
  const minutes = (seconds: number): number => Math.floor(seconds / 60)
  return clinicians
    .map((one) => [one.clinician, one.name, minutes(one.seconds), minutes(one.secondsDeducted)])
    .map((row) => `${row.join('\t')}\n`)
    .join('')
}

async function addDevice(): Promise<string> {
  const { practice, device } = ofDevice()
  const { patient } = values
  const body = { device, model: required('model'), ...(patient !== undefined && { patient }) }
  const { secret } = await consoleClient().call('registerDevice', { params: { practice }, body })
  return `${device} is registered. Its secret, shown this once:

  ${secret}

Publish a reading as it:

  mosquitto_pub -h 127.0.0.1 -p ${process.env['MQTT_PORT'] || '1883'} -q 1 -i ${device} -u ${device} -P '${secret}' \\
    -t devices/${device}/readings -m '{"kind":"blood-pressure","systolicMmHg":128,"diastolicMmHg":82,"pulsePerMin":66}'
`
}

function givenInstant(): number | undefined {
  const from = values.from === undefined ? undefined : Date.parse(values.from)
  if (Number.isNaN(from)) throw new Mistake('--from is no instant; write it like 2026-11-24T09:00:00Z.')
  return from
}

const underLock = () => ({ ...(values['acknowledge-locked'] && { acknowledgeLocked: true }) })

async function assignDevice(): Promise<string> {
  const from = givenInstant()
  const move = values.move === true
  const body = {
    patient: required('patient'),
    ...(from !== undefined && { from }),
    ...(move && { move }),
    ...underLock(),
  }
  try {
    await consoleClient().call('assignDevice', { params: ofDevice(), body })
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'DEVICE_HELD') throw error
    const holders = error.conflicts.map(
      ({ patient, from: since }) =>
        `${String(patient)} has it since ${new Date(Number(since)).toISOString()}`,
    )
    throw new Mistake(`${holders.join('; ')}. To move it, and its readings from then on, add --move.`)
  }
  return 'Saved.\n'
}

function verifyEvidence(): string {
  const path = positional(2, 'file')
  if (!existsSync(path)) throw new Mistake(`There is no file ${path}.`)
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { readonly type: string })
  const rows = lines.filter(({ type }) => type === 'claim.locked').map((line) => line as unknown as ChainRow)
  const seals = lines
    .filter(({ type }) => type === 'month.closed')
    .map((line) => line as unknown as ChainSeal)
  const faults = verifyChain(rows, seals, (text) => hash('sha256', text, 'hex'))
  if (faults.length === 0) return `Whole: ${rows.length} lines in ${seals.length} closings.\n`
  process.exitCode = 2
  return faults.map(({ closing, sequence, fault }) => `${closing}, line ${sequence}: ${fault}\n`).join('')
}

/** The distributed ledger is Kafka's: a copy of a folder would not hold it. */
function embeddedOnly(): void {
  if (process.env['LEDGER_ENGINE'] === 'kafka')
    throw new Mistake(
      'With LEDGER_ENGINE=kafka the topics are the ledger: replicate or back them up with the tools of Kafka.',
    )
}

const copyText = ({ path, facts, bytes }: LedgerCopy): string =>
  `${path}, ${facts} facts, ${(bytes / 1_048_576).toFixed(1)} MB`

function backUp(): string {
  embeddedOnly()
  return `Saved: ${copyText(backUpLedger(stateDir(), positionals[1] ?? missing('file or folder')))}.
Put it back with:  npm run cufflink -- restore <file>
`
}

function restore(): string {
  embeddedOnly()
  const { replaced, viewsRemoved, ...copy } = restoreLedger(positionals[1] ?? missing('file'), stateDir())
  return [
    `Restored: ${copyText(copy)}.`,
    replaced === undefined ? 'There was no ledger before.' : `The former ledger was moved to ${replaced}.`,
    ...(viewsRemoved ? ['The views were removed; they are filled again from the ledger.'] : []),
    'Start Cufflink with:  npm start\n',
  ].join('\n')
}

const progress = (line: string): void => void process.stderr.write(`${line}\n`)

const commands: Readonly<Record<string, () => Promise<string> | string>> = {
  'practice add': async () => {
    const params = inPractice()
    const body = {
      name: required('name'),
      zone: required('zone'),
      ...(values.confirm && { confirm: true as const }),
    }
    const answer = await consoleClient().call('openPractice', { params, body })
    return effectsText(answer, `Saved. ${base}/practices/${params.practice}\n`)
  },
  'practice counts': countPatients,
  'practice time': clinicianTime,
  'user add': addUser,
  'user list': listUsers,
  'user disable': disableUser,
  'user credential': changeCredential,
  'patient add': async () => {
    const { programs, condition } = values
    const body: BodyOf<'enrolPatient'> = {
      name: required('name'),
      zone: required('zone'),
      ...(programs !== undefined && { programs: unchecked(list(programs)) }),
      ...(condition !== undefined && { condition }),
      ...underLock(),
    }
    await consoleClient().call('enrolPatient', { params: ofPatient(), body })
    return 'Saved.\n'
  },
  'patient consent': async () => {
    const told = values['cost-share-explained']
    const body = {
      mode: unchecked(values.mode),
      takenBy: required('by'),
      costShareExplained: told,
      ...underLock(),
    }
    await consoleClient().call('recordConsent', { params: ofPatient(), body })
    return 'Saved.\n'
  },
  'patient order': async () => {
    const body = {
      practitioner: required('practitioner'),
      diagnosis: required('diagnosis'),
      kind: unchecked(required('kind')),
      readingsPerWeek: Number(values['per-week']),
      ...underLock(),
    }
    await consoleClient().call('recordOrder', { params: ofPatient(), body })
    return 'Saved.\n'
  },
  'patient start': async () => {
    const params = { ...ofPatient(), episode: values.episode }
    await consoleClient().call('openEpisode', { params, body: underLock() })
    await consoleClient().call('recordSetUp', { params, body: { doneBy: required('by'), ...underLock() } })
    return 'Saved.\n'
  },
  'device add': addDevice,
  'device assign': assignDevice,
  'device dismiss': async () => {
    const body = { reason: required('reason') }
    await consoleClient().call('dismissReadings', { params: ofDevice(), body })
    return 'Saved. They stay on the ledger, and follow if the device is assigned from an earlier time.\n'
  },
  'device revoke': async () => {
    await consoleClient().call('revokeDevice', { params: ofDevice() })
    return 'Revoked. Its connections are closed.\n'
  },
  'evidence verify': verifyEvidence,
  backup: backUp,
  restore,
  verify: async () => {
    const { text, isWhole } = values.tallies
      ? await verifyTallies(process.env, progress)
      : await verifyCommand(process.env, values)
    if (!isWhole) process.exitCode = 1
    return text
  },
  rebuild: async () => {
    const dryRun = values['dry-run']
    const { text, isWhole } = await rebuild(process.env, { dryRun, says: progress })
    if (dryRun && !isWhole) process.exitCode = 1
    return text
  },
}

try {
  const command = commands[positionals.slice(0, 2).join(' ')] ?? commands[positionals[0] ?? '']
  if (command === undefined && !values.help && positionals.length > 0)
    throw new Mistake(`There is no command "${positionals.slice(0, 2).join(' ')}".\n\n${HELP}`)
  process.stdout.write(command === undefined || values.help ? HELP : await command())
  if (command === undefined && !values.help) process.exitCode = 1
} catch (error) {
  process.exitCode = 1
  if (error instanceof Mistake) process.stderr.write(`${error.message}\n`)
  else if (error instanceof Refused && error.code === 'SIGN_IN_NEEDED')
    process.stderr.write(
      `${error.code}: ${base} does not take this operator key. Name its own with --key-file, or set CUFFLINK_OPERATOR_KEY.\n`,
    )
  else if (error instanceof Refused || error instanceof CufflinkError)
    process.stderr.write(`${error.code}: ${error.message}\n`)
  else if (error instanceof TypeError)
    process.stderr.write(
      `Nothing answers at ${base}. Start Cufflink with \`npm start\`, or name it with --console.\n`,
    )
  else throw error
}
