import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadLocalities, ratesIn } from '../../src/index.ts'
import { says } from './says.ts'

describe('the locality table', () => {
  const row = (changes: Partial<Record<number, string>> = {}) =>
    [
      '2026',
      '01112',
      '05',
      '99457',
      '  ',
      '0000058.31',
      '0000036.40',
      ' ',
      '0',
      'A',
      '0',
      '0000000.00',
      '0000000.00',
      '9',
      '0000000.00',
    ]
      .map((cell, index) => `"${changes[index] ?? cell}"`)
      .join(',')
  const wanted = new Set(['99454', '99457'])

  test('is read by the columns of the annual payment amount file', () => {
    const csv = [
      '"YEAR","CARRIER","LOCALITY"',
      row(),
      row({ 2: '18' }),
      row({ 3: '99454', 5: '0000061.07' }),
      row({ 3: '99213' }),
      row({ 4: '26' }),
      '',
    ].join('\r\n')
    const rates = loadLocalities(csv, wanted)
    assert.deepEqual(rates[0], {
      year: 2026,
      carrier: '01112',
      locality: '05',
      code: '99457',
      nonFacilityCents: 5831,
      facilityCents: 3640,
    })
    assert.deepEqual(ratesIn(rates, { carrier: '01112', locality: '05' }), [
      { year: 2026, code: '99457', cents: 5831 },
      { year: 2026, code: '99454', cents: 6107 },
    ])
    assert.deepEqual(ratesIn(rates, { carrier: '01112', locality: '18' }), [
      { year: 2026, code: '99457', cents: 5831 },
    ])
    assert.deepEqual(ratesIn(rates, { carrier: '01113', locality: '05' }), [])
  })

  for (const [column, changes] of [
    ['year', { 0: '26' }],
    ['carrier', { 1: 'CA' }],
    ['locality', { 2: '5' }],
    ['hcpcs code', { 3: '' }],
    ['modifier', { 4: '265' }],
    ['non-facility fee', { 5: '58,31' }],
    ['facility fee', { 6: 'n/a' }],
  ] as const) {
    test(`with a wrong ${column} is refused, naming row and column`, () => {
      says(
        () => loadLocalities([row(), row(changes)].join('\n'), wanted),
        new RegExp(`Table localities, row 2, column ${column}: must be`),
      )
    })
  }

  test('with a code twice in one locality is refused', () =>
    says(
      () => loadLocalities([row(), '', row()].join('\n'), wanted),
      /row 3, column hcpcs code: must be there only once \(first in row 1\)/,
    ))
})
