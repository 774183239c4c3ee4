import { doubtSession } from '../session/doubt.ts'
import type { World } from './connection.ts'

/** Calls `wake` when the network comes back or the page is looked at again, and `sleep` when the network goes. */
const watchBrowser: World['watch'] = ({ wake, sleep }) => {
  const onVisibility = () => {
    if (document.visibilityState === 'visible') wake()
  }
  const ended = new AbortController()
  const { signal } = ended
  window.addEventListener('online', wake, { signal })
  window.addEventListener('offline', sleep, { signal })
  document.addEventListener('visibilitychange', onVisibility, { signal })
  return () => ended.abort()
}

/** `/live/…` on the server this page came from. */
const urlOf = (path: string): string => {
  const url = new URL(path, window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

const connect: World['connect'] = (path, listener) => {
  const socket = new WebSocket(urlOf(path))
  let wasOpen = false
  socket.addEventListener('open', () => {
    wasOpen = true
    listener.opened()
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener.received(data))
  socket.addEventListener('close', (close) => {
    // Why a websocket was not let in, a browser does not say.
    if (!wasOpen || close.reason === 'SIGN_IN_NEEDED') doubtSession()
    listener.closed(close)
  })
  return { send: (text) => socket.send(text), close: () => socket.close() }
}

export const browser: World = {
  connect,
  watch: watchBrowser,
  clockMs: () => Date.now(),
  random: () => Math.random(),
}
