import type { ReactNode } from 'react'
import { useEffect } from 'react'

/** Names the document after the page. */
export const Page = ({ title, children }: { title: string; children: ReactNode }) => {
  useEffect(() => {
    document.title = `${title} · Cufflink`
  }, [title])
  return children
}
