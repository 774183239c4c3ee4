/** Does one thing at a time under each name, in the order in which they were asked for. */
export type KeyedMutex = <Value>(name: string, act: () => Promise<Value>) => Promise<Value>

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>()

  return (name, act) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(act, act)
    last.set(name, turn)
    const forget = (): void => {
      if (last.get(name) === turn) last.delete(name)
    }
    turn.then(forget, forget)
    return turn
  }
}
