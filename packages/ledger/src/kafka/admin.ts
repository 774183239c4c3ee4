import { CufflinkError, failure } from '@cufflink/contracts'
import type { Admin, Kafka } from 'kafkajs'

const WITHIN_MS = 5_000
const RETRY_MS = 100

/** Asks the cluster about itself, in bounded time. */
export type KafkaAdmin = {
  /** @throws {CufflinkError} LEDGER_UNAVAILABLE when no answer came within `withinMs` (5 s unless told). */
  ask<Answer>(question: (admin: Admin) => Promise<Answer>, withinMs?: number): Promise<Answer>
  close(): Promise<void>
}

/**
 * kafkajs gives up a question at the first answer of a broker that is not, or no longer, the leader, and keeps what it
 * knows of the cluster. So a question that failed is asked again on a new connection, until its time is up.
 */
export function createAdmin(kafka: Kafka): KafkaAdmin {
  let connection: Promise<Admin> | undefined
  let closed = false

  async function connect(): Promise<Admin> {
    const admin = kafka.admin()
    await admin.connect()
    return admin
  }

  function drop(failed: Promise<Admin>): void {
    if (connection === failed) connection = undefined
    void failed.then((admin) => admin.disconnect()).catch(() => undefined)
  }

  return {
    async ask(question, withinMs = WITHIN_MS) {
      const over = Promise.withResolvers<undefined>()
      const timer = setTimeout(over.resolve, withinMs, undefined)
      const until = performance.now() + withinMs
      let cause: unknown
      try {
        while (!closed && performance.now() < until) {
          const current = (connection ??= connect())
          try {
            const answered = current.then(question).then((value) => ({ value }))
            const answer = await Promise.race([answered, over.promise])
            if (answer !== undefined) return answer.value
            drop(current)
          } catch (error) {
            if (error instanceof CufflinkError) throw error
            cause = error
            drop(current)
            await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
          }
        }
      } finally {
        clearTimeout(timer)
      }
      throw failure('LEDGER_UNAVAILABLE', { cause })
    },
    async close() {
      closed = true
      await (await connection?.catch(() => undefined))?.disconnect()
    },
  }
}
