/**
 * Prints, for a person, why each code of a patient stands where it stands, from facts in a JSON-lines file.
 * `npm run explain -- --facts ledger.jsonl --tenant riverside --patient p-0001 --month 2026-10`
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  enrolmentOf,
  evaluateMonth,
  explainMonth,
  medicare,
  nativeModel,
  type RecordedFact,
} from '@cufflink/billing'
import {
  decodeFact,
  type Fact,
  type MinutesFact,
  type UserRecord,
  withoutLostRecords,
} from '@cufflink/contracts'
import {
  type DaysDocument,
  foldDays,
  foldMinutes,
  type MinutesDocument,
  monthOfFact,
  monthOfMinutes,
} from '@cufflink/folds'

const HELP = `Usage: npm run explain -- --facts <file> --tenant <practice> --patient <patient> --month <2026-10>

  --facts <file>   one fact per line, in the order of the ledger
  --as-of <when>   as known at an ISO instant; when absent, now, with all that is in the file
  --staff <list>   clinicians and their credentials, such as nurse-ada=clinical-staff,dr-lee=physician;
                   those of the accounts among the facts are known
`

const { values } = parseArgs({
  options: {
    facts: { type: 'string' },
    tenant: { type: 'string' },
    patient: { type: 'string' },
    month: { type: 'string' },
    'as-of': { type: 'string' },
    staff: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h' },
  },
})
const { facts: path, tenant, patient, month = '' } = values
const isMonth = /^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/.test(month)
if (values.help === true || !path || !tenant || !patient || !isMonth) stop(HELP, values.help === true ? 0 : 1)

const facts = readFileSync(path, 'utf8')
  .split('\n')
  .flatMap((text, offset): readonly RecordedFact[] =>
    text.trim() === '' ? [] : [{ fact: read(text, offset + 1), offset }],
  )
const past = values['as-of'] === undefined ? undefined : instantOf(values['as-of'])
const asOf = past ?? Date.now()
/** Asked about now, what is on the ledger is known, whatever the clock showed that dated it. */
const knownAt = past ?? Number.POSITIVE_INFINITY
const own = withoutLostRecords(facts).filter(({ fact }) => fact.tenant === tenant)
const staff = new Map([...accounts(own), ...listed(values.staff)])
const models = modelsOf(own)
const enrolment = enrolmentOf(facts, {
  tenant,
  patient,
  asOf: knownAt,
  file: { models, staff, established: true },
})
const input = {
  ruleSets: medicare,
  enrolment,
  asOf,
  knownAt,
  days: foldedDays(own, patient),
  minutes: foldedMinutes(own, (fact) => fact.data.patient === patient),
  clinicians: foldedMinutes(own, () => true),
}

process.stdout.write(explainMonth(evaluateMonth(input, month)))

function stop(text: string, code: number): never {
  process.stderr.write(text)
  process.exit(code)
}

function read(text: string, line: number): Fact {
  try {
    return decodeFact(text)
  } catch {
    return stop(`Line ${line} of ${path} is no fact that Cufflink knows.\n`, 1)
  }
}

function instantOf(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    return stop(`--as-of must be an instant such as 2026-11-05T12:00:00Z.\n`, 1)
  }
}

type Credentials = readonly (readonly [clinician: string, credential: string])[]

/** Of the practice's accounts, as they are now. */
function accounts(held: readonly RecordedFact[]): Credentials {
  const latest = new Map<string, UserRecord>()
  for (const { fact } of held) if (fact.type === 'user.registered') latest.set(fact.data.user, fact.data)
  return [...latest.values()].flatMap(({ user, credential }) =>
    credential === undefined ? [] : [[user, credential] as const],
  )
}

function listed(text: string): Credentials {
  return text.split(',').flatMap((pair) => {
    const [clinician, credential] = pair.split('=')
    return clinician && credential ? [[clinician, credential] as const] : []
  })
}

function modelsOf(held: readonly RecordedFact[]): readonly (typeof nativeModel)[] {
  const names = new Set(
    held.flatMap(({ fact }) => (fact.type === 'device.registered' ? [fact.data.model] : [])),
  )
  return [...names].map((model) => ({ ...nativeModel, model }))
}

function foldedDays(held: readonly RecordedFact[], of: string): readonly DaysDocument[] {
  const months = new Map<string, DaysDocument>()
  for (const { fact, offset } of held) {
    if (fact.type !== 'reading.recorded' && fact.type !== 'reading.retracted') continue
    if (fact.data.patient !== of) continue
    const key = monthOfFact(fact)
    months.set(key, foldDays(months.get(key), fact, offset))
  }
  return [...months.values()]
}

function foldedMinutes(
  held: readonly RecordedFact[],
  wanted: (fact: MinutesFact) => boolean,
): readonly MinutesDocument[] {
  const months = new Map<string, MinutesDocument>()
  for (const { fact, offset } of held) {
    if (!isMinutes(fact) || !wanted(fact)) continue
    const key = monthOfMinutes(fact)
    months.set(key, foldMinutes(months.get(key), fact, offset))
  }
  return [...months.values()]
}

function isMinutes(fact: Fact): fact is MinutesFact {
  return fact.type.startsWith('time.') || fact.type.startsWith('interaction.')
}
