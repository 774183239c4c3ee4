import { useEffect, useState } from 'react'
import { browser } from './browser.ts'
import type { Channel } from './channel.ts'
import { follow } from './channel.ts'

/** The state of a channel for as long as the component is mounted. The channel must be the same object at every render. */
export const useLive = <State, Message>(channel: Channel<State, Message>): State => {
  const [state, setState] = useState(channel.initial)
  useEffect(() => follow(channel, (next) => setState(() => next), browser), [channel])
  return state
}
