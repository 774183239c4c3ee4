import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { useSession } from '../app/session/session.ts'
import { singleKeysIn } from './single-keys.ts'

/** Told when the choice changes on this page; the browser tells of other tabs. */
const turned = new EventTarget()

const subscribe = (onChange: () => void): (() => void) => {
  turned.addEventListener('turned', onChange)
  window.addEventListener('storage', onChange)
  return () => {
    turned.removeEventListener('turned', onChange)
    window.removeEventListener('storage', onChange)
  }
}

/** Whether single keys are commands for the person who is signed in, and how to change it. */
export const useSingleKeys = (): readonly [boolean, (on: boolean) => void] => {
  const { user, practice } = useSession()
  const keys = useMemo(
    () => singleKeysIn(window.localStorage, { practice: practice.id, user }),
    [practice.id, user],
  )
  const areOn = useSyncExternalStore(subscribe, keys.areOn)
  const turn = useCallback(
    (on: boolean) => {
      keys.turn(on)
      turned.dispatchEvent(new Event('turned'))
    },
    [keys],
  )
  return [areOn, turn]
}
