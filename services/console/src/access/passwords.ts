import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { createFairQueue, type Lane } from './fair-queue.ts'

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

/** OWASP's first choice of argon2id (RFC 9106): 19 MiB, two passes, one lane. */
const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
/** A hash takes 19 MiB and some 70 ms of a core. */
const bounds = { atOnce: 2, perTier: 100 } as const

const derive = promisify(argon2)

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const phcOf = ({ memory, passes, parallelism }: Cost, salt: string, tag: string): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt}$${tag}`

/** A hash of no one's password: asking for an unknown user takes as long as asking for a known one. */
const noOnes = phcOf(cost, 'A'.repeat(22), 'A'.repeat(43))

/** Hashes passwords and checks them, a few at once, each in its turn: see `createFairQueue`. */
export type Passwords = {
  /** A password's hash in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
  hash(password: string, lane: Lane): Promise<string>
  /**
   * Whether the password is that of the hash, by the settings that the hash was made with. Takes as long without a hash. One that is not
   * sets the lane back.
   */
  matches(password: string, phc: string | undefined, lane: Lane): Promise<boolean>
}

export function createPasswords(stopwatch: () => number): Passwords {
  const queue = createFairQueue({ ...bounds, stopwatch })

  const derived = (password: string, nonce: Buffer, cost: Cost): Promise<Buffer> =>
    derive('argon2id', { message: password.normalize('NFKC'), nonce, ...cost, tagLength: TAG_BYTES })

  return {
    async hash(password, lane) {
      const salt = randomBytes(SALT_BYTES)
      const tag = await queue.run(lane, () => derived(password, salt, cost))
      return phcOf(cost, base64(salt), base64(tag))
    },
    matches(password, phc, lane) {
      const [, , , settings = '', salt = '', tag = ''] = (phc ?? noOnes).split('$')
      const [memory = 0, passes = 0, parallelism = 0] = settings.split(',').map((one) => Number(one.slice(2)))
      const expected = Buffer.from(tag, 'base64')
      return queue.run(lane, async () => {
        const found = await derived(password, Buffer.from(salt, 'base64'), { memory, passes, parallelism })
        const right =
          phc !== undefined && expected.length === found.length && timingSafeEqual(expected, found)
        if (!right) queue.setBack(lane)
        return right
      })
    },
  }
}
