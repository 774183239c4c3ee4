type Slot = { readonly messageId: number; done: boolean }

/**
 * Lets PUBACKs out in the order in which the PUBLISH packets came in [MQTT-4.6.0-2], however their facts become durable:
 * a batch of readings takes several appends, the next packet one.
 */
export type AckQueue = {
  readonly size: number
  /** Takes a place in the order. Returns what to call when the message is durable. */
  enter(messageId: number): () => void
}

export function createAckQueue(acknowledge: (messageId: number) => void): AckQueue {
  const slots: Slot[] = []
  return {
    get size() {
      return slots.length
    },
    enter(messageId) {
      const slot: Slot = { messageId, done: false }
      slots.push(slot)
      return () => {
        slot.done = true
        while (slots[0]?.done) acknowledge(slots.shift()!.messageId)
      }
    },
  }
}
