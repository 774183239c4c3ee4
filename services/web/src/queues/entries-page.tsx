import { useCallback, useState } from 'react'
import './changes.css'
import { api } from '../app/session/api.ts'
import { useSession } from '../app/session/session.ts'
import { Forms } from '../ui/form/forms.tsx'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { Pager } from './pager.tsx'
import { Unread } from './unread.tsx'
import { usePolled, useQueueVersion } from './use-polled.ts'
import './entries.css'
import { EntryItem } from './entry-item.tsx'

/** Time by hand that waits for someone’s approval. */
export const EntriesPage = ({ practice }: { practice: string }) => {
  const { practice: home } = useSession()
  const [page, setPage] = useState(1)
  const ask = useCallback(
    (signal: AbortSignal) => api.call('listEntries', { params: { practice, page: String(page) }, signal }),
    [practice, page],
  )
  const { answer, refusal, refresh } = usePolled(ask, useQueueVersion(practice, 'entries'))
  return (
    <Page title="Entries">
      <Forms place={{ practice, zone: home.zone }}>
        <div className="entries" data-testid="entries">
          <div className="heading">
            <h1>Time that waits for approval</h1>
            {answer === undefined ? null : (
              <p className="quiet" role="status" aria-live="polite">
                {answer.total} waiting
              </p>
            )}
          </div>
          {refusal === undefined ? null : <RefusalText refusal={refusal} />}
          {answer === undefined && refusal === undefined ? <Notice heading="Looking for entries…" /> : null}
          {answer === undefined ? null : <Unread patients={answer.failed} />}
          {answer?.total === 0 ? <p className="empty">Nothing waits.</p> : null}
          <ul className="queue">
            {answer?.entries.map((entry) => (
              <EntryItem key={entry.session} entry={entry} onDecided={refresh} />
            ))}
          </ul>
          {answer === undefined ? null : <Pager page={page} total={answer.total} onPage={setPage} />}
        </div>
      </Forms>
    </Page>
  )
}
