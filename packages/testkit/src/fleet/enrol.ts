import type { SimulatedPatient } from './practice.ts'

export type EnrolOptions = {
  /** Where the console answers. */
  readonly consoleUrl: string
  readonly practice: { readonly id: string; readonly name: string; readonly zone: string }
  readonly patients: readonly SimulatedPatient[]
}

/**
 * Opens a practice with its patients and devices through the console's API, as a person would.
 * @returns the secret of each registered device.
 */
export async function enrolPractice({
  consoleUrl,
  practice,
  patients,
}: EnrolOptions): Promise<Map<string, string>> {
  const { id, name, zone } = practice
  const path = `/api/practices/${id}`
  await call(consoleUrl, 'PUT', path, { name, zone })
  const secrets = new Map<string, string>()
  for (const { patient, name: patientName, zone: home, device, kind, temper } of patients) {
    if (temper === 'unknown') continue
    const assigned = temper !== 'unassigned'
    if (assigned)
      await call(consoleUrl, 'PUT', `${path}/patients/${patient}`, { name: patientName, zone: home })
    const body = { device, model: `simulated ${kind}`, ...(assigned ? { patient } : {}) }
    const answer = (await call(consoleUrl, 'POST', `${path}/devices`, body)) as { secret: string }
    secrets.set(device, answer.secret)
  }
  return secrets
}

async function call(consoleUrl: string, method: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(new URL(path, consoleUrl), {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
