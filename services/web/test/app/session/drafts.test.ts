import assert from 'node:assert/strict'
import { test } from 'node:test'
import { draftsIn } from '../../../src/app/session/drafts.ts'
import { isCallDraft } from '../../../src/chart/calls/call-draft.ts'
import { emptyNote, isNoteDraft } from '../../../src/chart/notes/note-draft.ts'
import { isTimeDraft } from '../../../src/chart/time/time-draft.ts'
import { firstView, isListView } from '../../../src/worklist/list-view.ts'

const tab = () => {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
    removeItem: (key: string) => void items.delete(key),
  }
}
const ada = { user: 'ada', path: '/practices/cedar/patients/p-1' }

test('a draft is found again under its name by the same person at the same address only', () => {
  const storage = tab()
  draftsIn(storage, ada).write('note', { decision: 'call on Monday' })
  assert.deepEqual(draftsIn(storage, ada).read('note'), { decision: 'call on Monday' })
  assert.equal(draftsIn(storage, ada).read('call'), undefined)
  assert.equal(draftsIn(storage, { ...ada, user: 'ben' }).read('note'), undefined)
  assert.equal(draftsIn(storage, { ...ada, path: '/practices/cedar/patients/p-2' }).read('note'), undefined)
  draftsIn(storage, ada).remove('note')
  assert.equal(draftsIn(storage, ada).read('note'), undefined)
})

test('a browser that refuses to store, or stored something else, is taken for one without drafts', () => {
  const refuses = (): never => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const drafts = draftsIn({ getItem: refuses, setItem: refuses, removeItem: refuses }, ada)
  drafts.write('note', {})
  drafts.remove('note')
  assert.equal(drafts.read('note'), undefined)
  const broken = { ...tab(), getItem: () => '{' }
  assert.equal(draftsIn(broken, ada).read('note'), undefined)
})

test('what another release of the page kept is not taken for a draft', () => {
  const time = { date: '2026-03-04', from: '09:00', to: '', program: 'RPM', category: 'review', reason: '' }
  const call = { mode: 'phone', direction: 'outbound', reached: 'patient', outcome: 'talked' }
  const cases: readonly (readonly [(value: unknown) => boolean, Record<string, unknown>])[] = [
    [isNoteDraft, { ...emptyNote('review') }],
    [isTimeDraft, time],
    [isCallDraft, { ...call, caregiver: '', relation: '', startedAt: 1 }],
    [isListView, { ...firstView }],
  ]
  for (const [isDraft, draft] of cases) {
    assert.ok(isDraft(JSON.parse(JSON.stringify(draft))))
    for (const key of Object.keys(draft).filter((name) => name !== 'startedAt')) {
      const { [key]: _, ...others } = draft
      assert.ok(!isDraft(others), key)
    }
    assert.ok(!isDraft(undefined))
  }
})
