import assert from 'node:assert/strict'
import { type Practice, usualSettings } from '@cufflink/charts'
import type { BodyOf, ErrorCode, Fact, FactOf, OperationName, ParamsOf, Role } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import type { FactList } from '@cufflink/folds'
import { foldMinutes, type MinutesDocument } from '@cufflink/folds'
import type { Command } from '../../src/decide/command.ts'
import { at, MINUTE_MS, zone } from '../charts-fixture.ts'

export const NOW = at('2026-03-17', '15:00')
export const tenant = 'riverside'
export const patient = 'p-1'

/** A fact as it lies on the ledger; of the oldest version unless told. */
export const fact = <Type extends Fact['type']>(
  type: Type,
  data: object,
  { id = type, v = 1, at: written = NOW }: { id?: string; v?: number; at?: number } = {},
): FactOf<Type> => ({ id, type, v, tenant, at: written, by: 'user:ada', data }) as unknown as FactOf<Type>

export const listed = (...facts: readonly Fact[]): FactList =>
  facts.map((one, offset) => ({ offset, fact: one })) as unknown as FactList

/** Those facts as the trackers fold them. */
export const folded = (...facts: readonly Fact[]): readonly MinutesDocument[] => [
  facts.reduce<MinutesDocument | undefined>(
    (document, one, offset) => foldMinutes(document, one as never, offset),
    undefined,
  )!,
]

export const practice = (settings: Partial<Practice['settings']> = {}): Practice => ({
  id: tenant,
  name: 'Riverside',
  zone,
  settings: { ...usualSettings, ...settings },
  facts: listed(fact('practice.opened', { name: 'Riverside', zone })),
})

export const account = (user: string, changes: Partial<Account> = {}): Account => ({
  user,
  name: user,
  roles: ['clinician'],
  status: 'active',
  passwordHash: 'a hash',
  practice: tenant,
  version: `${user}-0`,
  ...changes,
})

export const enrolled = fact(
  'patient.enrolled',
  { patient, name: 'Ada Example', zone, enrolledAt: 0, programs: ['RPM'], established: true },
  { v: 3, id: 'enrolled-0' },
)

export const person = (user = 'ada', ...roles: readonly Role[]): Command<'enterTime'>['who'] => ({
  kind: 'person',
  user,
  name: user,
  practice: tenant,
  roles,
})
export const operator = { kind: 'operator' } as const

/** What Ada asks for now, unless told otherwise. */
export const asks = <Name extends OperationName>(
  body: BodyOf<Name>,
  params: Partial<ParamsOf<Name>> | object = {},
  changes: Partial<Command<Name>> = {},
): Command<Name> =>
  ({
    id: '0123456789abcdef0123456789abcdef',
    params: { practice: tenant, patient, ...params },
    body,
    who: person(),
    now: NOW,
    latest: NOW + MINUTE_MS,
    round: 0,
    ...changes,
  }) as unknown as Command<Name>

/** That a decision is refused, with this code. */
export const refuses = (decide: () => unknown, code: ErrorCode): void => {
  assert.throws(decide, { code })
}
