import { useCallback } from 'react'
import { Forms } from '../chart/form/forms.tsx'
import { RefusalText } from '../chart/form/refusal-text.tsx'
import { api } from '../session/api.ts'
import { useSession } from '../session/session.ts'
import { Notice } from '../shell/notice.tsx'
import { Page } from '../shell/page.tsx'
import { ChangeItem } from './change-item.tsx'
import type { Change } from './change-text.ts'
import { changeKey, differenceText } from './change-text.ts'
import './changes.css'
import { Unread } from './unread.tsx'
import { usePolled } from './use-polled.ts'

/** Locked lines that what is known now no longer supports: a person says what becomes of each. */
export const ChangesPage = ({ practice }: { practice: string }) => {
  const { practice: home } = useSession()
  const ask = useCallback(
    (signal: AbortSignal) => api.call('listChanges', { params: { practice }, signal }),
    [practice],
  )
  const { answer, refusal, refresh } = usePolled(ask)
  return (
    <Page title="Changes">
      <Forms place={{ practice, zone: home.zone }}>
        <div className="changes" data-testid="changes">
          <div className="heading">
            <h1>Changes after the lock</h1>
            {answer === undefined ? null : <Sum changes={answer.changes} />}
          </div>
          {refusal === undefined ? null : <RefusalText refusal={refusal} />}
          {answer === undefined && refusal === undefined ? <Notice heading="Looking for changes…" /> : null}
          {answer === undefined ? null : <Unread patients={answer.failed} />}
          {answer?.changes.length === 0 && answer.failed === 0 ? (
            <p className="empty">Every locked line is still supported by what is known.</p>
          ) : null}
          <ul className="queue">
            {answer?.changes.map((change) => (
              <ChangeItem key={changeKey(change)} change={change} onSettled={refresh} />
            ))}
          </ul>
        </div>
      </Forms>
    </Page>
  )
}

const Sum = ({ changes }: { changes: readonly Change[] }) => {
  const cents = changes.reduce((sum, { differenceCents }) => sum + differenceCents, 0)
  return (
    // The role stands on an element of its own: on the list it would take the role of a list away.
    <div role="status" aria-live="polite">
      <dl className="facts">
        <div>
          <dt>To settle</dt>
          <dd>{changes.length}</dd>
        </div>
        <div>
          <dt>Difference</dt>
          <dd>{differenceText(cents)}</dd>
        </div>
      </dl>
    </div>
  )
}
