import './act.css'
import './form.css'
import type { ReactNode } from 'react'
import { createContext, useCallback, useContext, useEffect, useState } from 'react'

/** Where the forms of a page are: whose patients they name, and on whose clocks times are told. */
export type Place = { readonly practice: string; readonly zone: string }
type Say = (text: string) => void

const PlaceContext = createContext<Place | undefined>(undefined)
const SayContext = createContext<Say>(() => undefined)

export const usePlace = (): Place => {
  const place = useContext(PlaceContext)
  if (place === undefined) throw new Error('usePlace outside of forms')
  return place
}

/** Says that something was done: seen for a while, and read out. */
export const useSay = (): Say => useContext(SayContext)

const shownMs = 6_000

/** Around a page with forms. */
export const Forms = ({ place, children }: { place: Place; children: ReactNode }) => {
  const [said, setSaid] = useState({ text: '', times: 0 })
  useEffect(() => {
    const timer = setTimeout(() => setSaid(({ times }) => ({ text: '', times })), shownMs)
    return () => clearTimeout(timer)
  }, [said.times])
  const say = useCallback((text: string) => setSaid(({ times }) => ({ text, times: times + 1 })), [])
  return (
    <PlaceContext value={place}>
      <SayContext value={say}>
        {children}
        <div className="said" role="status" aria-live="polite" data-testid="said">
          {said.text}
        </div>
      </SayContext>
    </PlaceContext>
  )
}
