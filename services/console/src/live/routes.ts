import { type LiveRequest, liveSchemas } from '@cufflink/contracts'
import type { WebSocket } from '@fastify/websocket'
import { Compile } from 'typebox/compile'
import type { OperationRoutes } from '../http/operation-routes.ts'
import type { OpsFeed } from '../ops/ops-feed.ts'
import { type BesideFeedOptions, openBesideFeed } from './beside-feed.ts'
import { createFeeds, type Feed, type HeldFeed } from './feeds.ts'
import { openPatientFeed, type PatientFeedOptions } from './patient-feed.ts'
import { openPracticeFeed, type PracticeFeedOptions } from './practice-feed.ts'
import { type Reader, readerOf, refuse } from './sockets.ts'

const CLOSE_POLICY = 1008
const Request = Compile(liveSchemas.LiveRequest)

export type LiveOptions = Omit<PatientFeedOptions, 'beside'> &
  BesideFeedOptions &
  Omit<PracticeFeedOptions, 'practice'> & {
    readonly routes: OperationRoutes
    readonly ops: OpsFeed
  }

/** The websockets that only tell: the practice's list, a patient's chart, operations. */
export function liveRoutes(options: LiveOptions): { closeAll(): void } {
  const { routes, ops } = options
  const practices = createFeeds((practice) => openPracticeFeed({ ...options, practice }))
  const besides = createFeeds((name) => openBesideFeed(JSON.parse(name), options))
  const beside: PatientFeedOptions['beside'] = (of) => besides.hold(JSON.stringify(of))
  const patients = createFeeds((name) => openPatientFeed(JSON.parse(name), { ...options, beside }))

  routes.socket('livePractice', (socket, { params }) => {
    const held = practices.hold(params.practice)
    serve(socket, held, answering(held))
  })

  routes.socket('livePatient', (socket, { params }) => {
    const { practice, patient, month } = params
    const held = patients.hold(JSON.stringify({ practice, patient, month }))
    serve(socket, held, answering(held))
  })

  routes.socket('liveOps', (socket, { who }) => {
    socket.on('close', ops.join(readerOf(socket), who.practice))
  })

  return {
    closeAll() {
      practices.closeAll()
      patients.closeAll()
      besides.closeAll()
    },
  }
}

type Joined = Feed & { join(reader: Reader): () => void }
type Answering = Joined & { resend(reader: Reader): void; pong(reader: Reader): void }
type Answer = (reader: Reader, asked: LiveRequest) => Promise<void>

const answering =
  ({ feed }: HeldFeed<Answering>): Answer =>
  async (reader, { type }) => {
    const opened = await feed
    if (type === 'ping') opened.pong(reader)
    else opened.resend(reader)
  }

/** Joins a feed for as long as the socket is open. What a quick client says or does meanwhile must find its listener. */
export function serve<Opened extends Joined>(
  socket: WebSocket,
  { feed: opening, release }: HeldFeed<Opened>,
  answer?: Answer,
): void {
  const reader = readerOf(socket)
  let leave: (() => void) | undefined
  socket.on('message', (data: Buffer) => {
    const asked = requestOf(data)
    if (answer === undefined || asked === undefined) socket.close(CLOSE_POLICY, 'REQUEST_INVALID')
    else answer(reader, asked).catch(() => undefined)
  })
  socket.on('close', () => {
    leave?.()
    release()
  })
  opening
    .then((feed) => {
      if (socket.readyState === socket.OPEN) leave = feed.join(reader)
    })
    .catch((error: unknown) => refuse(socket, error))
}

function requestOf(data: Buffer): LiveRequest | undefined {
  try {
    const asked: unknown = JSON.parse(data.toString())
    return Request.Check(asked) ? asked : undefined
  } catch {
    return undefined
  }
}
