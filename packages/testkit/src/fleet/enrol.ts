import type { Client } from '@cufflink/contracts/client'
import type { SimulatedPatient } from './practice.ts'

export type EnrolOptions = {
  /** With the operator key. */
  readonly operator: Client
  readonly practice: { readonly id: string; readonly name: string; readonly zone: string }
  readonly patients: readonly SimulatedPatient[]
  readonly people: readonly SimulatedPerson[]
}

/** Someone of a practice's staff; the first who has a credential takes consents and does set-ups. */
export type SimulatedPerson = {
  readonly user: string
  readonly name: string
  readonly password: string
  readonly roles: readonly ('clinician' | 'biller' | 'ops' | 'administrator')[]
  readonly credential?: 'physician' | 'qhp' | 'clinical-staff' | 'non-clinical'
}

const AT_ONCE = 8

/** ICD-10-CM: essential hypertension, obesity, type 2 diabetes. */
const diagnoses = { 'blood-pressure': 'I10', 'body-weight': 'E66.9', 'blood-glucose': 'E11.9' } as const

/** @throws {Error} when there is none: no one else can stand in */
function userOf(people: readonly SimulatedPerson[], fits: (person: SimulatedPerson) => boolean): string {
  const found = people.find(fits)
  if (found === undefined)
    throw new Error('A practice needs someone with a credential, and a physician who orders.')
  return found.user
}

/**
 * Opens a practice with its people, patients and devices through the console's API, as a person would, with all that the rules ask
 * for: consent, order, episode, set-up.
 * @returns the secret of each registered device.
 */
export async function enrolPractice({
  operator,
  practice: { id: practice, name, zone },
  patients,
  people,
}: EnrolOptions): Promise<Map<string, string>> {
  await operator.call('openPractice', { params: { practice }, body: { name, zone } })
  for (const { user, roles, ...person } of people)
    await operator.call('registerUser', {
      params: { practice, user },
      body: { ...person, roles: [...roles] },
    })
  const nurse = userOf(people, ({ credential }) => credential !== undefined)
  const physician = userOf(people, ({ credential }) => credential === 'physician')

  const secrets = new Map<string, string>()
  for (let from = 0; from < patients.length; from += AT_ONCE)
    await Promise.all(patients.slice(from, from + AT_ONCE).map(put))
  return secrets

  async function put(simulated: SimulatedPatient): Promise<void> {
    const { patient, device, kind, temper } = simulated
    if (temper === 'unknown') return
    const assigned = temper !== 'unassigned'
    if (assigned) await enrol(simulated)
    const body = { device, model: `simulated ${kind}`, ...(assigned && { patient }) }
    const { secret } = await operator.call('registerDevice', { params: { practice }, body })
    secrets.set(device, secret)
  }

  async function enrol({ patient, name: patientName, zone: home, kind }: SimulatedPatient): Promise<void> {
    const params = { practice, patient }
    await operator.call('enrolPatient', { params, body: { name: patientName, zone: home } })
    await Promise.all([
      operator.call('recordConsent', {
        params,
        body: { mode: 'verbal', takenBy: nurse, costShareExplained: true },
      }),
      operator.call('recordOrder', {
        params,
        body: { practitioner: physician, diagnosis: diagnoses[kind], kind, readingsPerWeek: 7 },
      }),
      operator.call('openEpisode', { params: { ...params, episode: 'e-1' }, body: {} }),
    ])
    await operator.call('recordSetUp', { params: { ...params, episode: 'e-1' }, body: { doneBy: nurse } })
  }
}
