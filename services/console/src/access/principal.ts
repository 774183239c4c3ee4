import { failure, type OperationName, operations, type Role } from '@cufflink/contracts'

/** Who asks: a person of one practice, or the holder of the machine's operator key. */
export type Person = {
  readonly kind: 'person'
  readonly user: string
  readonly name: string
  readonly practice: string
  readonly roles: readonly Role[]
}
export type Principal = Person | { readonly kind: 'operator' }

/** As the ledger names them in `by`. */
export const actorOf = (who: Principal): string =>
  who.kind === 'operator' ? 'service:operator' : `user:${who.user}`

/** The user name to write down where a person may be left out; the operator must name one. @throws {CufflinkError} REQUEST_INVALID */
export function personOr(named: string | undefined, who: Principal): string {
  if (named !== undefined) return named
  if (who.kind === 'person') return who.user
  throw failure('REQUEST_INVALID', { detail: 'With the operator key, say who did it.' })
}

/**
 * Whether someone may do an operation, in a practice where the operation belongs to one. What is not theirs is answered alike
 * whether it exists or not.
 * @throws {CufflinkError} SIGN_IN_NEEDED · PRACTICE_NOT_YOURS · ROLE_MISSING
 */
export function authorise(
  name: OperationName,
  who: Principal | undefined,
  practice: string | undefined,
): void {
  const { access } = operations[name]
  if (access === 'anybody') return
  if (who === undefined) throw failure('SIGN_IN_NEEDED')
  if (who.kind === 'person' && practice !== undefined && practice !== who.practice)
    throw failure('PRACTICE_NOT_YOURS')
  if (access === 'signed-in') {
    if (who.kind === 'operator') throw failure('ROLE_MISSING')
    return
  }
  const held: readonly string[] = who.kind === 'operator' ? ['operator'] : who.roles
  if (!access.some((role) => held.includes(role))) throw failure('ROLE_MISSING')
}
