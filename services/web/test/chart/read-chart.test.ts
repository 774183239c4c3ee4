import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveSchemas } from '@cufflink/contracts'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { readChart } from '../../src/app/live/read-chart.ts'
import { chart, line, reading, session } from './fixtures.ts'

const whole = chart()

test('the fixture is what the server’s schema takes', () => {
  assert.ok(Compile(liveSchemas.Chart).Check(whole))
})

test('reads a chart, with and without what is optional', () => {
  assert.deepEqual(readChart(JSON.stringify(whole)), whole)
  const { session: _, ...unnamed } = session()
  const { condition: _condition, payer: _payer, ...file } = whole.file
  const bare = chart({
    file,
    sessions: [unnamed],
    lines: [line('99454', { have: { days: 3 }, missing: { days: 13 }, amountCents: 0 })],
    readings: [
      reading(1, { measurement: { kind: 'body-weight', weightKg: 80.5 } }),
      reading(2, { measurement: { kind: 'blood-glucose', glucoseMgPerDl: 99, meal: 'fasting' } }),
    ],
  })
  assert.deepEqual(readChart(JSON.stringify(bare)), bare)
})

test('lets further members through, so that a newer server can be read', () => {
  assert.notEqual(readChart(JSON.stringify({ ...whole, later: 1 })), undefined)
})

/** Every place of a value: `file.consents.0.mode`. */
const placesOf = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] => {
  if (typeof value !== 'object' || value === null) return [at]
  return [
    ...(at.length === 0 ? [] : [at]),
    ...Object.entries(value).flatMap(([key, held]) => placesOf(held, [...at, key])),
  ]
}

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === key ? replaced(item, rest, by) : item))
  const record = value as Readonly<Record<string, unknown>>
  return { ...record, [key]: replaced(record[key], rest, by) }
}

test('a chart with any one part of another kind is not read', () => {
  for (const place of placesOf(whole)) {
    const broken = JSON.stringify(replaced(whole, place, null))
    assert.equal(readChart(broken), undefined, place.join('.'))
  }
})

test('any text is read or refused, never thrown on', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(readChart(text), undefined)))
})
