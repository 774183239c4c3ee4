import { once } from 'node:events'
import { connect } from 'node:net'

// Metadata is request 3 of Kafka's protocol; version 4 is the plainest that Kafka 4 takes. Both sides put the length, an
// int32, in front. A string is an int16 of its length, −1 for none, and its bytes; an array an int32 of its length.
const METADATA = 3
const VERSION = 4
const ANSWER_WITHIN_MS = 1000

/**
 * The ids of the brokers that are up, as the broker on this port of the loopback sees it. Asked without a client library,
 * so that a test's own client meets a process in which none has run.
 */
export async function brokersSeenBy(port: number): Promise<readonly number[]> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer in time')))
  try {
    await once(socket, 'connect')
    socket.write(metadataRequest())
    let answer = Buffer.alloc(0)
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk as Buffer]) // no encoding is set
      if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) return brokerIds(answer)
    }
    throw new Error('the broker closed the connection')
  } finally {
    socket.destroy()
  }
}

// length · int16 request · int16 version · int32 correlation · string client id · array of topics · bool create them
function metadataRequest(): Buffer {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4 + 1)
  request.writeInt32BE(request.length - 4, 0)
  request.writeInt16BE(METADATA, 4)
  request.writeInt16BE(VERSION, 6)
  request.writeInt16BE(-1, 12)
  return request
}

// length · int32 correlation · int32 throttle · array of (int32 id, string host, int32 port, string rack) · …
function brokerIds(answer: Buffer): readonly number[] {
  const ids: number[] = []
  let at = 4 + 4 + 4 + 4
  const skipString = (): void => {
    at += 2 + Math.max(0, answer.readInt16BE(at))
  }
  for (let left = answer.readInt32BE(12); left > 0; left -= 1) {
    ids.push(answer.readInt32BE(at))
    at += 4
    skipString()
    at += 4
    skipString()
  }
  return ids
}
