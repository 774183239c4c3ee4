import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worked } from '@cufflink/folds/invented/facts'
import { explain, medicare, rulesOn, type Signal, signals, signalText } from '../../src/index.ts'
import { enrolment, evaluated } from '../patients.ts'

const { settings } = rulesOn(medicare, '2026-03-01')

test('a signal says the settings in force, not those of Medicare', () => {
  assert.match(signalText('BATCH_UPLOAD', { ...settings, batchDates: 5 }), /more than 5 distinct dates/)
  assert.match(signalText('UNION_ONLY', { ...settings, deviceHighDays: 12 }), /reach 12 dates/)
  assert.match(signalText('AFTER_GRACE', { ...settings, graceDays: 7 }), /after the 7 days of grace/)
  for (const [longSessionS, text] of [
    [3600, 'over 1 h:'],
    [5400, 'over 90 min:'],
    [45, 'over 45 s:'],
  ] as const)
    assert.ok(signalText('LONG_SESSION', { ...settings, longSessionS }).includes(text))
  const file = enrolment({ settings: { longSessionS: 1800 } })
  const said = explain(evaluated({ time: [worked('2026-03-10', 1801)], on: '2026-03-10', enrolment: file }))
  assert.match(said, /Look: A stretch of time is over 30 min: please check it\./)
})

test('every signal stands for itself where it names no setting', () => {
  for (const name of Object.keys(signals) as Signal[])
    assert.doesNotMatch(signalText(name, settings), /[{}]|undefined/)
})
