/** Whose choice it is: people who share a computer choose for themselves. */
export type KeysOwner = { readonly practice: string; readonly user: string }

export type SingleKeys = {
  areOn(): boolean
  turn(on: boolean): void
}

/**
 * Whether single keys are commands of the page. They can be turned off (WCAG 2.1.4), because speech input and a hand that slips type
 * letters that were not meant as commands. The choice is kept in this browser; one that refuses to store leaves them on.
 */
export const singleKeysIn = (
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  { practice, user }: KeysOwner,
): SingleKeys => {
  const key = `single-keys ${practice} ${user}`
  return {
    areOn: () => {
      try {
        return storage.getItem(key) !== 'off'
      } catch {
        return true
      }
    },
    turn: (on) => {
      try {
        if (on) storage.removeItem(key)
        else storage.setItem(key, 'off')
      } catch {
        // The storage is full or switched off.
      }
    },
  }
}

/** Where they are turned on and off. */
export const singleKeysText = (areOn: boolean): string =>
  areOn
    ? 'Single keys can be turned off in the menu under your name.'
    : 'Single keys are turned off. The menu under your name turns them on.'
