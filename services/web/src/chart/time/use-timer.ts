import type { Chart, Program } from '@cufflink/contracts'
import { useEffect, useState } from 'react'
import { useChartTimer } from '../../app/timer/use-chart-timer.ts'
import type { Work } from '../../app/timer/work.ts'
import { useWork } from '../../app/timer/work.ts'

/** The person's timer, as this chart sees it: what time is counted as here, and whether it is counted. */
export type ChartTimer = {
  readonly work: Work | undefined
  readonly category: string
  readonly program: Program
  /** Whether it runs on this patient. */
  readonly runs: boolean
  choose(category: string): void
  chooseProgram(program: Program): void
  toggle(): void
}

/** What a chart is opened for most often, of what the rules count. */
export const firstCategory = ({ categories }: Pick<Chart, 'categories'>): string =>
  (categories.find(({ category }) => category === 'data-review') ?? categories.find(({ counts }) => counts))
    ?.category ?? 'data-review'

export const firstProgram = ({ file: { programs } }: Pick<Chart, 'file'>): Program =>
  programs.includes('RPM') ? 'RPM' : (programs[0] ?? 'RPM')

const callCategory = 'conversation'

/** While a `call` goes on its minutes are those of the timer, as a conversation; after it the category is what it was. */
export const useTimer = (chart: Chart, patient: string, call: boolean): ChartTimer => {
  const work = useWork()
  const [chosen, choose] = useState(() => firstCategory(chart))
  const category = call ? callCategory : chosen
  const [program, chooseProgram] = useState(() => firstProgram(chart))
  useChartTimer(
    work === undefined ? undefined : { patient, program, category, settings: chart.practice.settings },
  )
  const onCall = work?.call
  const start = work?.start
  useEffect(() => {
    if (!call || onCall === undefined) return
    onCall(true)
    start?.(patient, program, callCategory)
    return () => onCall(false)
  }, [call, onCall, start, patient, program])
  const runs = work?.timer?.patient === patient
  return {
    work,
    category,
    program,
    runs,
    choose,
    chooseProgram,
    toggle: () => (runs ? work?.stop('stopped') : work?.start(patient, program, category)),
  }
}
