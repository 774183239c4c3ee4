import type { PracticeList } from '@cufflink/contracts'
import { isPracticeList } from '../live/read-message.ts'

export type Practices = PracticeList['practices']
export type PracticesAnswer =
  | { readonly answer: 'practices'; readonly practices: Practices }
  | { readonly answer: 'failed'; readonly reason: string }

const failed = (reason: string): PracticesAnswer => ({ answer: 'failed', reason })

/** `GET /api/practices`. Rejects only when it is aborted. */
export const fetchPractices = async (signal: AbortSignal): Promise<PracticesAnswer> => {
  try {
    const response = await fetch('/api/practices', { signal, headers: { accept: 'application/json' } })
    if (!response.ok)
      return failed(`The server answered ${response.status}. ${await messageOf(response)}`.trim())
    const body: unknown = await response.json()
    if (!isPracticeList(body)) return failed('The server sent an answer that this page cannot read.')
    return { answer: 'practices', practices: body.practices }
  } catch (cause) {
    signal.throwIfAborted()
    return failed(
      cause instanceof SyntaxError ? 'The server’s answer is not JSON.' : 'The server cannot be reached.',
    )
  }
}

/** The text of the error table, when the server sent one. */
const messageOf = async (response: Response): Promise<string> => {
  const body: unknown = await response.json().catch(() => undefined)
  const holds =
    typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string'
  return holds ? String(body.message) : ''
}
