import { randomUUID } from 'node:crypto'
import type { Role } from '@cufflink/contracts'
import { operatorOf, type SignedInPerson, signIn } from './person.ts'

/** The operator key of every console that the testkit starts. */
export const testOperatorKey = 'operator-key-of-the-tests-0123456789'

/** The variables with which the testkit starts consoles. */
export const testKeys = {
  CONSOLE_OPERATOR_KEY: testOperatorKey,
  CONSOLE_SESSION_KEY: 'session-key-of-the-tests-0123456789',
} as const

export type TestPerson = {
  readonly consoleUrl: string
  /** It must be open. */
  readonly practice: string
  /** Someone new unless told. */
  readonly user?: string
  /** All of them unless told. */
  readonly roles?: readonly Role[]
  readonly credential?: 'physician' | 'qhp' | 'clinical-staff' | 'non-clinical'
}

const everything = ['clinician', 'biller', 'ops', 'administrator'] as const
const password = 'a password of the tests'

/** Adds a person to a practice, as someone with the operator key would, and signs in as them. */
export async function signUp({
  consoleUrl,
  practice,
  user = `person-${randomUUID().slice(0, 8)}`,
  roles = everything,
  credential = 'clinical-staff',
}: TestPerson): Promise<SignedInPerson> {
  const operator = operatorOf(consoleUrl, testOperatorKey)
  const body = { name: `Person ${user}`, roles: [...roles], credential, password }
  await operator.call('registerUser', { params: { practice, user }, body })
  return signIn(consoleUrl, { user, password })
}
