import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ParamsOf, Pong } from '@cufflink/contracts'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { type LiveMessages, type LiveName, pongOf, validated } from './valid.ts'

/** One of the console's websockets as a page of the person holds it; keeps what it is sent, each message checked against its schema. */
export type LiveReader<Message> = Disposable & {
  readonly socket: WebSocket
  readonly messages: readonly Message[]
  /** What it was answered when it asked whether the line lives. */
  readonly pongs: readonly Pong[]
  say(message: object): void
  has(count: number): Promise<unknown>
  /** Waits for a message; the last one that fits is returned. */
  finds<Found extends Message>(fits: (message: Message) => message is Found, what: string): Promise<Found>
  until(condition: (messages: readonly Message[]) => unknown, what: string): Promise<unknown>
  opened(): Promise<unknown>
  closed(): Promise<CloseEvent>
}

/** RFC 6455's registry: what the console closes a socket with that may come again, as where an account has changed or the views were away. */
const TRY_AGAIN = 1013

/** `comesBack`: it connects again where the console says so, as a page does. */
export function openReader<Name extends LiveName>(
  person: Pick<SignedInPerson, 'socket'>,
  name: Name,
  params: ParamsOf<Name>,
  { comesBack = false }: { readonly comesBack?: boolean } = {},
): LiveReader<LiveMessages[Name]> {
  const messages: LiveMessages[Name][] = []
  const pongs: Pong[] = []
  let closed: CloseEvent | undefined
  const gone = new AbortController()
  let socket = connect()

  function connect(): WebSocket {
    const opened = person.socket(name, params)
    opened.addEventListener('message', ({ data }) => {
      const pong = pongOf(String(data))
      if (pong === undefined) messages.push(validated(name, String(data)))
      else pongs.push(pong)
    })
    opened.addEventListener('close', (event) => {
      if (comesBack && event.code === TRY_AGAIN) {
        socket = connect()
        return
      }
      closed = event
      gone.abort(new Error(`The socket was closed: ${event.code} ${event.reason}`))
    })
    return opened
  }

  // What came before the close is there to be looked at.
  const until: LiveReader<LiveMessages[Name]>['until'] = async (condition, what) => {
    try {
      return await waitFor(() => condition(messages), { what, everyMs: 10, signal: gone.signal })
    } catch (error) {
      const met = condition(messages)
      if (!met) throw error
      return met
    }
  }
  return {
    get socket() {
      return socket
    },
    messages,
    pongs,
    say: (message) => socket.send(JSON.stringify(message)),
    has: (count) => until(() => messages.length >= count, `${count} messages`),
    async finds<Found extends LiveMessages[Name]>(
      fits: (message: LiveMessages[Name]) => message is Found,
      what: string,
    ) {
      await until(() => messages.some(fits), what)
      return messages.findLast(fits)!
    },
    until,
    opened: () => until(() => socket.readyState === socket.OPEN, 'the socket to open'),
    closed: () => waitFor(() => closed, { what: 'the socket to be closed', everyMs: 10 }),
    [Symbol.dispose]: () => socket.close(),
  }
}

/** Asks for a websocket with these headers. Resolves with the open socket, or with what it was answered instead. */
export async function upgrade(
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ socket: Socket } | { refused: IncomingMessage }> {
  const request = get(url, {
    // After a refusal the server closes the connection, whatever its headers say.
    agent: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...headers,
    },
  })
  return Promise.race([
    once(request, 'upgrade').then(([, socket]) => ({ socket: socket as Socket })),
    once(request, 'response').then(([refused]) => ({ refused: refused as IncomingMessage })),
  ])
}

/** A client's frame (RFC 6455 §5.2) of up to 125 bytes: masked with zeros. */
export function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}
