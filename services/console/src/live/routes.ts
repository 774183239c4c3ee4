import { liveSchemas, type Ping, type PracticeRequest } from '@cufflink/contracts'
import type { WebSocket } from '@fastify/websocket'
import { Compile } from 'typebox/compile'
import type { OperationRoutes } from '../api/operation-routes.ts'
import { type BesideFeedOptions, openBesideFeed } from './beside-feed.ts'
import { createFeeds, type Feed, type HeldFeed } from './feeds.ts'
import type { OpsFeed } from './ops-feed.ts'
import { outletOf } from './outlet.ts'
import { openPatientFeed, type PatientFeedOptions } from './patient-feed.ts'
import { openPracticeFeed, type PracticeFeedOptions } from './practice-feed.ts'
import { refuse } from './sockets.ts'

const CLOSE_POLICY = 1008
const OfPractice = Compile(liveSchemas.PracticeRequest)
const OfChart = Compile(liveSchemas.Ping)
const isPracticeRequest = (asked: unknown): asked is PracticeRequest => OfPractice.Check(asked)
const isPing = (asked: unknown): asked is Ping => OfChart.Check(asked)

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
    serve(socket, held, (feed) => feed.join(outletOf(socket)), isPracticeRequest)
  })

  routes.socket('livePatient', (socket, { params }) => {
    const { practice, patient, month } = params
    const held = patients.hold(JSON.stringify({ practice, patient, month }))
    serve(socket, held, (feed) => feed.join(outletOf(socket)), isPing)
  })

  routes.socket('liveOps', (socket, { who }) => {
    socket.on('close', ops.join(outletOf(socket), who.practice))
  })

  return {
    closeAll() {
      practices.closeAll()
      patients.closeAll()
      besides.closeAll()
    },
  }
}

/** What a socket has of a feed for as long as it is open. */
type Joined<Request> = { hear?(request: Request): void; leave(): void }

/** Joins a feed for as long as the socket is open. What a quick client says or does meanwhile is dealt with once the feed is open. */
export function serve<Opened extends Feed, Request = never>(
  socket: WebSocket,
  { feed: opening, release }: HeldFeed<Opened>,
  join: (feed: Opened) => Joined<Request>,
  isRequest: (asked: unknown) => asked is Request = (_asked): _asked is Request => false,
): void {
  const joined = opening.then((feed) => (socket.readyState === socket.OPEN ? join(feed) : undefined))
  const once = (act: (one: Joined<Request>) => void): void =>
    void joined.then((one) => one && act(one)).catch(() => undefined)
  joined.catch((error: unknown) => refuse(socket, error))
  socket.on('message', (data: Buffer) => {
    const asked: unknown = parse(data)
    if (isRequest(asked)) once(({ hear }) => hear?.(asked))
    else socket.close(CLOSE_POLICY, 'REQUEST_INVALID')
  })
  socket.on('close', () => {
    once(({ leave }) => leave())
    release()
  })
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    return undefined
  }
}
