import { useCallback, useState } from 'react'
import { api } from '../app/session/api.ts'
import { useSession } from '../app/session/session.ts'
import { Forms } from '../ui/form/forms.tsx'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { ChangeItem } from './change-item.tsx'
import { changeKey, differenceText } from './change-text.ts'
import './changes.css'
import { Pager } from './pager.tsx'
import { Unread } from './unread.tsx'
import { usePolled, useQueueVersion } from './use-polled.ts'

/** Locked lines that what is known now no longer supports: a person says what becomes of each. */
export const ChangesPage = ({ practice }: { practice: string }) => {
  const { practice: home } = useSession()
  const [page, setPage] = useState(1)
  const ask = useCallback(
    (signal: AbortSignal) => api.call('listChanges', { params: { practice, page: String(page) }, signal }),
    [practice, page],
  )
  const { answer, refusal, refresh } = usePolled(ask, useQueueVersion(practice, 'changes'))
  return (
    <Page title="Changes">
      <Forms place={{ practice, zone: home.zone }}>
        <div className="changes" data-testid="changes">
          <div className="heading">
            <h1>Changes after the lock</h1>
            {answer === undefined ? null : <Sum count={answer.total} cents={answer.totalCents} />}
          </div>
          {refusal === undefined ? null : <RefusalText refusal={refusal} />}
          {answer === undefined && refusal === undefined ? <Notice heading="Looking for changes…" /> : null}
          {answer === undefined ? null : <Unread patients={answer.failed} />}
          {answer?.total === 0 ? (
            <p className="empty">Every locked line is still supported by what is known.</p>
          ) : null}
          <ul className="queue">
            {answer?.changes.map((change) => (
              <ChangeItem key={changeKey(change)} change={change} onSettled={refresh} />
            ))}
          </ul>
          {answer === undefined ? null : <Pager page={page} total={answer.total} onPage={setPage} />}
        </div>
      </Forms>
    </Page>
  )
}

const Sum = ({ count, cents }: { count: number; cents: number }) => (
  // The role stands on an element of its own: on the list it would take the role of a list away.
  <div role="status" aria-live="polite">
    <dl className="facts">
      <div>
        <dt>To settle</dt>
        <dd>{count}</dd>
      </div>
      <div>
        <dt>Difference</dt>
        <dd>{differenceText(cents)}</dd>
      </div>
    </dl>
  </div>
)
