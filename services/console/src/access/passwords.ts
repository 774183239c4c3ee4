import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { failure } from '@cufflink/contracts'

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

/** OWASP's first choice of argon2id (RFC 9106): 19 MiB, two passes, one lane. */
const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
/** Hashes under way at once, of 19 MiB and some 70 ms of a core each, and how many may wait for their turn. */
const AT_ONCE = 2
const MAX_WAITING = 50

const derive = promisify(argon2)
const waiting: (() => void)[] = []
let running = 0

async function hashed(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: Cost,
): Promise<Buffer> {
  if (waiting.length >= MAX_WAITING) throw failure('SIGN_IN_THROTTLED')
  if (running < AT_ONCE) running += 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    const message = password.normalize('NFKC')
    return await derive('argon2id', { message, nonce, parallelism, memory, passes, tagLength: TAG_BYTES })
  } finally {
    // Whose turn is next takes the place over, so that nobody slips in between.
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const phcOf = ({ memory, passes, parallelism }: Cost, salt: string, tag: string): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt}$${tag}`

/** A password's hash in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await hashed(password, salt, cost)
  return phcOf(cost, base64(salt), base64(tag))
}

/** A hash of nobody's password: who asks for an unknown user waits as long as who asks for a known one. */
const nobody = phcOf(cost, 'A'.repeat(22), 'A'.repeat(43))

/** Whether the password is that of the hash, by the settings that the hash was made with. Takes as long without a hash. */
export async function isPassword(password: string, phc: string | undefined): Promise<boolean> {
  const [, , , settings = '', salt = '', tag = ''] = (phc ?? nobody).split('$')
  const [memory = 0, passes = 0, parallelism = 0] = settings.split(',').map((one) => Number(one.slice(2)))
  const expected = Buffer.from(tag, 'base64')
  const found = await hashed(password, Buffer.from(salt, 'base64'), { memory, passes, parallelism })
  return phc !== undefined && expected.length === found.length && timingSafeEqual(expected, found)
}
