import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LineEvent } from '@cufflink/contracts'
import { actsOf } from '../../src/month/lines/line-acts.ts'
import { submissionTexts } from '../../src/month/lines/line-history.ts'
import { nowMs } from '../chart/fixtures.ts'
import { monthLine } from './fixtures.ts'

const did = (event: LineEvent['event'], more: Partial<LineEvent> = {}): LineEvent => ({
  event,
  at: nowMs,
  by: 'user:bo',
  code: '99454',
  ...more,
})
const sent = did('submitted', { submittedAt: nowMs, reference: 'R-1' })

describe('what can be done to a line of the sheet', () => {
  test('is to note or unlock one that is locked', () => {
    assert.deepEqual(actsOf(monthLine('p-1', '99454', { standing: 'locked' })), ['submit', 'unlock'])
  })

  test('is to decide about one that is held, and to decide again', () => {
    const held = monthLine('p-1', '99458', { standing: 'held', line: { status: 'held' } })
    assert.deepEqual(actsOf(held), ['release', 'dismiss'])
    const released = monthLine('p-1', '99458', { history: [did('released')] })
    assert.deepEqual(actsOf(released), ['reopen'])
    assert.deepEqual(actsOf({ ...released, history: [did('released'), did('reopened')] }), [])
  })

  test('is to lock again, knowingly, one that went to the payer before', () => {
    const again = monthLine('p-1', '99454', {
      standing: 'held',
      history: [did('locked'), sent, did('unlocked')],
    })
    assert.deepEqual(actsOf(again), ['lock'])
  })
})

test('every submission of a line is named with its reference, also after the line was opened again', () => {
  const locked = monthLine('p-1', '99454', { standing: 'locked', history: [did('locked'), sent, sent] })
  const texts = submissionTexts(locked, 'America/New_York')
  assert.equal(texts.length, 2)
  assert.match(texts[0]!, /^Submitted on .* as R-1\.$/)
  const opened = submissionTexts({ ...locked, standing: 'held' }, 'America/New_York')
  assert.match(opened[0]!, /^Was submitted on .* as R-1\.$/)
  const other = monthLine('p-1', '99445', { standing: 'held', history: [sent] })
  assert.match(submissionTexts(other, 'America/New_York')[0]!, /under 99454 as R-1\.$/)
})
