import { hash, randomUUID } from 'node:crypto'
import { failure } from '@cufflink/contracts'

/** How many answers are remembered; the oldest go first. What goes is still harmless to repeat: ids are made from the key. */
const REMEMBERED = 10_000

/** A command as it came: who, which operation on what, the caller's key, and a digest of the body. */
export type Command = {
  readonly caller: string
  readonly about: string
  readonly key: string | undefined
  readonly body: unknown
}

export type Idempotency = {
  /**
   * Carries out a command once for each key: a repetition gets the answer of the first, also while that is under way. The id
   * that the command gets is made from the key, so that another console that meets the repetition writes the same facts again,
   * which folds to nothing.
   * @throws {CufflinkError} IDEMPOTENCY_MISMATCH when the key came with another body before
   */
  once<Answer>(command: Command, carryOut: (id: string) => Promise<Answer>): Promise<Answer>
}

type Remembered = { readonly digest: string; readonly answer: Promise<unknown> }

export function createIdempotency(): Idempotency {
  const answers = new Map<string, Remembered>()

  return {
    async once<Answer>({ caller, about, key, body }: Command, carryOut: (id: string) => Promise<Answer>) {
      if (key === undefined) return carryOut(randomUUID().replaceAll('-', ''))
      const name = hash('sha256', JSON.stringify([caller, about, key]), 'hex')
      const digest = hash('sha256', JSON.stringify(body) ?? '', 'hex')
      const known = answers.get(name)
      if (known !== undefined) {
        if (known.digest !== digest) throw failure('IDEMPOTENCY_MISMATCH')
        return (await known.answer) as Answer
      }
      const answer = carryOut(name.slice(0, 32))
      answers.set(name, { digest, answer })
      // What failed may be tried again under the same key.
      answer.catch(() => answers.delete(name))
      for (const oldest of answers.keys()) {
        if (answers.size <= REMEMBERED) break
        answers.delete(oldest)
      }
      return answer
    },
  }
}
