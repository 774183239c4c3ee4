import type { ReactNode } from 'react'
import { rateText } from './time/clock.ts'

type NoticeProps = { heading: string; tone?: 'plain' | 'warning'; children?: ReactNode }

/** What stands in a page's place while it has nothing to show. */
export const Notice = ({ heading, tone = 'plain', children }: NoticeProps) => (
  <section className="notice" data-tone={tone}>
    <h1>{heading}</h1>
    {children}
  </section>
)

/** Says how fast the clock of a practice runs, where that is not everyone's. */
export const DemoBand = ({ rate }: { rate: number }) => {
  const text = rateText(rate)
  return text === undefined ? null : (
    <p className="band" data-tone="demo">
      <strong>Demo:</strong> {text}.
    </p>
  )
}
