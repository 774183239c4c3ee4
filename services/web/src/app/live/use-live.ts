import { useCallback, useEffect, useRef, useState } from 'react'
import { browser } from './browser.ts'
import type { Channel, Following } from './channel.ts'
import { follow } from './channel.ts'

/** The state of a channel for as long as the component is mounted, and how to ask for more. The channel must be the same object at every render. */
export const useChannel = <State, Message>(
  channel: Channel<State, Message>,
): readonly [State, (request: string) => void] => {
  const [state, setState] = useState(channel.initial)
  const following = useRef<Following>(undefined)
  useEffect(() => {
    following.current = follow(channel, (next) => setState(() => next), browser)
    return () => following.current?.close()
  }, [channel])
  const ask = useCallback((request: string) => following.current?.ask(request), [])
  return [state, ask]
}

export const useLive = <State, Message>(channel: Channel<State, Message>): State => useChannel(channel)[0]
