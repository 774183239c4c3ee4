import type { PracticeSettings, Program } from '@cufflink/contracts'
import { useEffect } from 'react'
import { useWork } from './work.ts'

type ChartTimer = { patient: string; program: Program; category: string; settings: PracticeSettings }

/** Lets the person's timer follow the chart that is on the screen, until it is left; `undefined` while it is not loaded. */
export function useChartTimer(options: ChartTimer | undefined): void {
  const show = useWork()?.show
  const { patient, program, category, settings } = options ?? {}
  const { timerStart, startDelayS } = settings ?? {}

  useEffect(() => () => show?.(undefined), [show])

  useEffect(() => {
    if (patient === undefined || program === undefined || category === undefined) return
    if (timerStart === undefined || startDelayS === undefined) return
    show?.({ patient, program, category, timerStart, startDelayS })
  }, [show, patient, program, category, timerStart, startDelayS])
}
