import type { ReactNode } from 'react'

type NoticeProps = { heading: string; tone?: 'plain' | 'warning'; children?: ReactNode }

/** What stands in a page's place while it has nothing to show. */
export const Notice = ({ heading, tone = 'plain', children }: NoticeProps) => (
  <section className="notice" data-tone={tone}>
    <h1>{heading}</h1>
    {children}
  </section>
)
