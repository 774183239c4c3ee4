import { liveSchemas, rowOf, Slug } from '@cufflink/contracts'
import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { OpsFeed } from '../ops/ops-feed.ts'
import { refuseOtherOrigins } from '../origin.ts'
import type { Feeds } from './feeds.ts'
import type { Reader } from './practice-feed.ts'

/** A reader whose unsent bytes pass this is dropped: it reconnects and gets a snapshot. */
const MAX_UNSENT_BYTES = 1_048_576
const MAX_MESSAGE_BYTES = 4_096
/** RFC 6455 §7.4.1, and the registry beside it. */
const CLOSE_POLICY = 1008
const CLOSE_TRY_AGAIN = 1013

const SnapshotRequest = Compile(liveSchemas.SnapshotRequest)

/** The websockets: `/live/practices/:practice` and `/live/ops`. */
export async function liveRoutes(
  app: FastifyInstance,
  { feeds, ops }: { feeds: Feeds; ops: OpsFeed },
): Promise<void> {
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false } })

  app.get<{ Params: { practice: string } }>(
    '/live/practices/:practice',
    {
      websocket: true,
      preValidation: refuseOtherOrigins,
      schema: { params: Type.Object({ practice: Slug }) },
    },
    (socket, { params }) => void serve(socket, params.practice),
  )

  app.get('/live/ops', { websocket: true, preValidation: refuseOtherOrigins }, (socket) => {
    const leave = ops.join(readerOf(socket))
    socket.on('error', () => socket.terminate())
    socket.on('close', leave)
  })

  async function serve(socket: WebSocket, practice: string): Promise<void> {
    // Before the first await: what a quick client says or does meanwhile must find its listener.
    const { feed: opening, release } = feeds.hold(practice)
    const reader = readerOf(socket)
    let leave: (() => void) | undefined
    socket.on('error', () => socket.terminate())
    socket.on('message', (data: Buffer) => {
      if (!isSnapshotRequest(data)) socket.close(CLOSE_POLICY, 'REQUEST_INVALID')
      else void opening.then((feed) => feed.resend(reader)).catch(() => undefined)
    })
    socket.on('close', () => {
      leave?.()
      release()
    })
    try {
      const feed = await opening
      if (socket.readyState === socket.OPEN) leave = feed.join(reader)
    } catch (error) {
      const { code, class: kind } = rowOf(error)
      socket.close(kind === 'transient' ? CLOSE_TRY_AGAIN : CLOSE_POLICY, code)
    }
  }
}

function readerOf(socket: WebSocket): Reader {
  return {
    send(text) {
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
      else socket.send(text)
    },
  }
}

function isSnapshotRequest(data: Buffer): boolean {
  try {
    return SnapshotRequest.Check(JSON.parse(data.toString()))
  } catch {
    return false
  }
}
