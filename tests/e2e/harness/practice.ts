import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { DeviceSecret } from '@cufflink/contracts'
import { connectDevice, type DeviceCredentials, testOperatorKey, waitFor } from '@cufflink/testkit'
import { runToEnd } from './program.ts'

export const ZONE = 'America/New_York'
/** How long before now the patients of these tests were enrolled. */
const ENROLLED_DAYS_AGO = 25

/** Calls the console's API with the operator key. @returns the body, if there is one. */
export async function call(consoleUrl: string, method: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(new URL(path, consoleUrl), {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${testOperatorKey}` },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Runs `scripts/cufflink.ts`, as `npm run cufflink` does. @returns what it printed. */
export async function cufflink(consoleUrl: string, ...args: readonly string[]): Promise<string> {
  const settings = { CUFFLINK_CONSOLE: consoleUrl, CUFFLINK_OPERATOR_KEY: testOperatorKey }
  const { code, out, err } = await runToEnd(process.execPath, ['scripts/cufflink.ts', ...args], settings)
  assert.equal(code, 0, err)
  return out
}

/** The secret that `cufflink device add` prints on a line of its own. */
export const secretIn = (printed: string): string => /^ {2}([\w-]{43})$/m.exec(printed)![1]!

/** The instant of a local time some local days ago, ms since 1970. */
export const localInstant = (daysAgo: number, time = '11:00', zone = ZONE): number =>
  Temporal.Now.plainDateISO(zone)
    .subtract({ days: daysAgo })
    .toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds

export const enrolledAt = (): number => localInstant(ENROLLED_DAYS_AGO, '00:00')

/** A blood pressure as a device sends it. */
export const bloodPressure = (measuredAt: number): string =>
  JSON.stringify({
    kind: 'blood-pressure',
    measuredAt: new Date(measuredAt).toISOString(),
    systolicMmHg: 128,
    diastolicMmHg: 82,
    pulsePerMin: 66,
  })

export type Enrolment = { readonly practice: string; readonly patient: string; readonly name?: string }

export async function openPractice(consoleUrl: string, practice: string): Promise<void> {
  await call(consoleUrl, 'PUT', `/api/practices/${practice}`, { name: `Practice ${practice}`, zone: ZONE })
}

/** What the rules ask to be on file before a day counts, since the patient was enrolled: consent, order, episode. */
export async function putInOrder(
  consoleUrl: string,
  { practice, patient }: Omit<Enrolment, 'name'>,
): Promise<void> {
  const path = `/api/practices/${practice}`
  const practitioner = `${practice}-physician`
  const since = enrolledAt()
  const physician = { name: 'Dana Lee, MD', roles: ['clinician'], credential: 'physician' }
  await call(consoleUrl, 'PUT', `${path}/users/${practitioner}`, { ...physician, password: randomUUID() })
  const file = `${path}/patients/${patient}`
  const consent = { mode: 'verbal', takenBy: practitioner, costShareExplained: true }
  await call(consoleUrl, 'POST', `${file}/consents`, { ...consent, consentedAt: since })
  const order = { diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7 }
  await call(consoleUrl, 'POST', `${file}/orders`, { ...order, practitioner, orderedAt: since })
  await call(consoleUrl, 'PUT', `${file}/episodes/e-1`, { openedAt: since })
}

/** Enrols a patient some weeks ago, with a device that was theirs since; both are named after the practice. */
export async function enrolPatient(
  consoleUrl: string,
  { practice, patient, name = 'Ada Example' }: Enrolment,
): Promise<DeviceCredentials> {
  const path = `/api/practices/${practice}`
  const device = `${practice}-${patient}`
  await call(consoleUrl, 'PUT', `${path}/patients/${patient}`, { name, zone: ZONE, enrolledAt: enrolledAt() })
  await putInOrder(consoleUrl, { practice, patient })
  const added = await call(consoleUrl, 'POST', `${path}/devices`, { device, model: 'BPM' })
  await call(consoleUrl, 'PUT', `${path}/devices/${device}/patient`, { patient, from: enrolledAt() })
  return { device, secret: (added as DeviceSecret).secret }
}

/**
 * Publishes a first reading until it counts. Gateways follow the registry: one that does not know yet who has the device
 * refuses it, or parks the reading. Sent again, the reading is the same reading.
 */
export async function firstReadingCounts(
  mqttUrl: string,
  credentials: DeviceCredentials,
  { measuredAt, counts }: { readonly measuredAt: number; counts(): Promise<boolean> },
): Promise<void> {
  await using device = connectDevice({ url: mqttUrl, ...credentials })
  await waitFor(
    async () => {
      await device.publish(bloodPressure(measuredAt))
      return counts()
    },
    { what: `a first reading of ${credentials.device} to count`, everyMs: 100 },
  )
}
