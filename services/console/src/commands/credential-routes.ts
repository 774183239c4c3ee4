import { monthAfter, type Practice, type ReadChart } from '@cufflink/charts'
import { type AnswerOf, failure } from '@cufflink/contracts'
import type { Account } from '@cufflink/ledger'
import {
  type CredentialChange,
  credentialAt,
  evaluateMonth,
  type Line,
  localDate,
  medicare,
} from '@cufflink/rules'
import { credentialsOf, qualificationOf } from '../charts/practitioners.ts'
import { type Commands, envelope, notInFuture, SLACK_MS } from './commands.ts'
import { onWhatHolds } from './deciding.ts'

type Effects = Omit<AnswerOf<'changeCredential'>, 'saved'>
type Effect = Effects['changes'][number]

const AT_ONCE = 50

/** Gives a person another credential from an instant on. What was done before it counts as it did. */
export function credentialRoutes(commands: Commands): void {
  const { routes, save, practices, accounts, charts, clock, alone } = commands

  routes.answer('changeCredential', async (asked) => {
    const { params, body } = asked
    const practice = await practices.get(params.practice)
    const account = accounts.find(params.user)
    if (account?.practice !== practice.id) throw failure('USER_UNKNOWN')
    requireCredential(body.credential)
    const now = clock.now()
    const from = notInFuture(body.from ?? now, clock)
    const known = credentialsOf(practice, account)
    const before = credentialAt(known, account.user, from - 1)
    const { credential, reason } = body
    const change = { clinician: account.user, from, credential, ...(before !== undefined && { before }) }
    const isPast = from < now - SLACK_MS * clock.rate
    const effects = isPast ? await effectsOf(practice, change) : { changes: [], failed: [] }
    const isAsked = effects.changes.length > 0 || effects.failed.length > 0
    if (isAsked && body.confirm !== true) return { saved: false, ...effects }
    const { clinician: user, ...data } = change
    await save({ ...envelope(asked, clock), type: 'credential.changed', data: { user, ...data, reason } })
    const today = credentialAt(
      { ...known, credentials: [...(known.credentials ?? []), change] },
      user,
      Math.max(now, from),
    )
    await onWhatHolds(async (part) => {
      const held = accounts.find(user)
      if (held === undefined || held.credential === today) return
      const { practice: _, version: replaces, credential: _old, ...record } = held
      const data = { ...record, replaces, ...(today !== undefined && { credential: today }) }
      const written = envelope(asked, clock, `account${part}`)
      await save({ ...written, v: 2, type: 'user.registered', data })
    })
    return { saved: true, ...effects }
  })

  /** The lines of every patient that would have other units, month by month until now. */
  async function effectsOf(practice: Practice, change: CredentialChange): Promise<Effects> {
    const patients = await practices.patients(practice.id)
    const effects = new Map<string, Effect>()
    const failed = new Set<string>()
    const last = charts.currentMonth(practice)
    let month = localDate(change.from, practice.zone).slice(0, 7)
    for (; month <= last; month = monthAfter(month, 1)) {
      const round = charts.round(practice, month)
      for (let at = 0; at < patients.length; at += AT_ONCE) {
        const part = patients.slice(at, at + AT_ONCE)
        const found = part.map((patient) =>
          alone(
            async () => {
              const chart = await charts.read(practice, patient, { month, round })
              return chart !== undefined && isTouched(chart, change) ? effectsOn(chart, change) : []
            },
            () => {
              failed.add(patient)
              return []
            },
          ),
        )
        for (const effect of (await Promise.all(found)).flat()) effects.set(nameOf(effect), effect)
      }
    }
    const changes = [...effects.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    return { changes, failed: [...failed].toSorted() }
  }
}

const nameOf = ({ patient, to, code, from }: Effect): string => `${patient} ${to} ${code} ${from}`

/**
 * Whether a person could order monitoring and bill E/M visits at an instant (ms): a physician or another qualified health
 * professional of the practice.
 * @throws {CufflinkError} NOT_A_PRACTITIONER
 */
export function requirePractitioner(practice: Practice, account: Account | undefined, atMs: number): void {
  if (account?.practice !== practice.id || qualificationOf(practice, account, atMs) === undefined)
    throw failure('NOT_A_PRACTITIONER')
}

/** @throws {CufflinkError} CREDENTIAL_UNKNOWN */
export function requireCredential(name: string): void {
  const isKnown = medicare.some(({ credentials }) =>
    credentials.some(({ credential }) => credential === name),
  )
  if (!isKnown) throw failure('CREDENTIAL_UNKNOWN')
}

const isTouched = ({ minutes }: ReadChart, { clinician }: CredentialChange): boolean =>
  minutes.some(
    ({ sessions, interactions }) =>
      sessions.some((session) => session.clinician === clinician) ||
      interactions.some(({ recorded }) => recorded?.clinician === clinician),
  )

function effectsOn(
  { input, month, patient, enrolled }: ReadChart,
  change: CredentialChange,
): readonly Effect[] {
  const { enrolment } = input
  const credentials = [...(enrolment.credentials ?? []), change]
  const now = unitsIn(input, month)
  const then = unitsIn({ ...input, enrolment: { ...enrolment, credentials } }, month)
  return [...new Set([...now.keys(), ...then.keys()])].flatMap((name) => {
    const [unitsNow, unitsThen] = [now.get(name)?.units ?? 0, then.get(name)?.units ?? 0]
    const line = then.get(name)?.line ?? now.get(name)?.line
    if (line === undefined || unitsNow === unitsThen) return []
    const { code, from, to, locked } = line
    return [
      { patient, name: enrolled.name, code, from, to, unitsNow, unitsThen, locked: locked !== undefined },
    ]
  })
}

/** The units of each line of a month, what is held included. */
function unitsIn(
  input: ReadChart['input'],
  month: string,
): ReadonlyMap<string, { readonly line: Line; readonly units: number }> {
  const lines = new Map(
    evaluateMonth(input, month)
      .flatMap((evaluation) => evaluation.lines)
      .map((line) => [`${line.code} ${line.from} ${line.to} ${line.status === 'held'}`, line]),
  )
  const units = new Map<string, { readonly line: Line; readonly units: number }>()
  for (const line of lines.values()) {
    const name = `${line.code} ${line.from} ${line.to}`
    const more = line.status === 'blocked' ? 0 : line.units
    units.set(name, { line, units: (units.get(name)?.units ?? 0) + more })
  }
  return units
}
