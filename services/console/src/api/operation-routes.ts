import type { Readable } from 'node:stream'
import {
  type AnswerOf,
  type BodyOf,
  failure,
  type Operation,
  type OperationName,
  operationSchemas,
  operations,
  type ParamsOf,
  paramSchemas,
} from '@cufflink/contracts'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { actorOf, authorise, type Person, type Principal } from '../access/principal.ts'
import type { Sessions } from '../access/sessions.ts'
import type { Sockets } from '../live/sockets.ts'
import { createIdempotency } from './idempotency.ts'
import type { OriginCheck } from './origin.ts'

type Acknowledging = { readonly acknowledgeLocked?: boolean | undefined }
type ContentOf<Name extends OperationName> =
  BodyOf<Name> extends Acknowledging ? Omit<BodyOf<Name>, keyof Acknowledging> : BodyOf<Name>

export type Asked<Name extends OperationName> = {
  readonly params: ParamsOf<Name>
  /** Without `acknowledgeLocked`: that is said of the request, and goes into no fact. */
  readonly body: ContentOf<Name>
  /** The person knows that a locked line stands on what this changes. */
  readonly acknowledgeLocked: boolean
  readonly who: Principal
  /** Names the command; 32 hexadecimal digits, the same for a repetition with the same Idempotency-Key. */
  readonly id: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Connected<Name extends OperationName> = {
  readonly params: ParamsOf<Name>
  readonly who: Person
}

/** Registers handlers for operations of the table: address, shape, who may and repetition are taken from there. */
export type OperationRoutes = {
  answer<Name extends OperationName>(
    name: Name,
    /** An answer that is long may be a stream. */
    handler: (asked: Asked<Name>) => Promise<AnswerOf<Name> | Readable>,
    options?: { readonly bodyLimit?: number; readonly config?: object },
  ): void
  socket<Name extends OperationName>(
    name: Name,
    handler: (socket: WebSocket, connected: Connected<Name>) => void,
  ): void
}

const MAX_KEY_CHARS = 128
/** Every instant on the ledger lies between 2000 and 2100, and so does every month that is asked for. */
const params = { ...paramSchemas, month: Type.String({ pattern: '^20\\d{2}-(0[1-9]|1[0-2])$' }) } as const

export type OperationRoutesOptions = {
  readonly sessions: Sessions
  readonly sockets: Sockets
  readonly refuseOtherOrigins: OriginCheck
}

export function operationRoutes(
  app: FastifyInstance,
  { sessions, sockets, refuseOtherOrigins }: OperationRoutesOptions,
): OperationRoutes {
  const idempotency = createIdempotency()

  function authorised(name: OperationName, request: FastifyRequest): Principal | undefined {
    const who = sessions.principal(request)
    authorise(name, who, (request.params as { practice?: string }).practice)
    return who
  }

  const admit = (name: OperationName) => async (request: FastifyRequest) => {
    await refuseOtherOrigins(request)
    authorised(name, request)
  }

  return {
    answer(name, handler, { bodyLimit, config } = {}) {
      const { method, path, access, status = 200 }: Operation = operations[name]
      const { body } = operationSchemas[name] as { readonly body?: TSchema }
      app.route({
        method,
        url: path,
        ...(bodyLimit !== undefined && { bodyLimit }),
        ...(config && { config }),
        schema: { params: paramsOf(path), ...(body && { body }) },
        // Before anything of the request is looked at.
        onRequest: admit(name),
        handler: async (request, reply) => {
          // Once more: while the body came the session may have ended.
          const who = authorised(name, request)
          const asked = { params: request.params, ...contentOf(request.body), who, request, reply }
          const carryOut = (id: string) => handler({ ...asked, id } as Asked<typeof name>)
          const answer =
            method === 'GET' || access === 'anybody' || who === undefined
              ? await carryOut('')
              : await idempotency.once(
                  {
                    caller: actorOf(who),
                    about: JSON.stringify([name, request.params]),
                    key: keyOf(request),
                    body: request.body,
                  },
                  carryOut,
                )
          if (reply.sent) return reply
          return answer === undefined ? reply.status(204).send() : reply.status(status).send(answer)
        },
      })
    },
    socket(name, handler) {
      const { path }: Operation = operations[name]
      app.get(
        path,
        { websocket: true, onRequest: admit(name), schema: { params: paramsOf(path) } },
        (socket, request) => {
          const session = sessions.session(request)
          if (session === undefined) return socket.close(1008, 'SIGN_IN_NEEDED')
          const { who, endsAt } = session
          const network = request.raw.socket
          if (!sockets.hold(socket, { user: who.user, endsAt, network })) return
          handler(socket, { params: request.params as ParamsOf<typeof name>, who })
        },
      )
    },
  }
}

/** Aborted when no one waits for the answer any more. */
export function goneWith({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
}

function contentOf(body: unknown): { readonly body: unknown; readonly acknowledgeLocked: boolean } {
  if (typeof body !== 'object' || body === null) return { body, acknowledgeLocked: false }
  const { acknowledgeLocked = false, ...content } = body as Acknowledging
  return { body: content, acknowledgeLocked }
}

function paramsOf(path: string): TSchema {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as keyof typeof params)
  return Type.Object(Object.fromEntries(names.map((name) => [name, params[name]])))
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_CHARS)
    throw failure('REQUEST_INVALID', { detail: `An Idempotency-Key has 1 to ${MAX_KEY_CHARS} characters.` })
  return key
}
