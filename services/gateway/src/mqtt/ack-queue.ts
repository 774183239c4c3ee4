type Slot = { readonly acknowledgement: Buffer; done: boolean }

/**
 * Lets PUBACKs and PUBRECs out in the order in which the PUBLISH packets came in [MQTT-4.6.0-2, MQTT-4.6.0-3], however
 * their facts become durable: a batch of readings takes several appends, the next packet one.
 */
export type AckQueue = {
  readonly size: number
  /** Takes a place in the order. Returns what to call when the message is durable. */
  enter(acknowledgement: Buffer): () => void
}

export function createAckQueue(answer: (bytes: Buffer) => void): AckQueue {
  const slots: Slot[] = []
  return {
    get size() {
      return slots.length
    },
    enter(acknowledgement) {
      const slot: Slot = { acknowledgement, done: false }
      slots.push(slot)
      return () => {
        slot.done = true
        while (slots[0]?.done) answer(slots.shift()!.acknowledgement)
      }
    },
  }
}
