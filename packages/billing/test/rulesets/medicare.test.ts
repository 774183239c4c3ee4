import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dateOf, dayOf } from '@cufflink/folds'
import { medicare } from '../../src/index.ts'
import { rulesFor } from '../../src/rulesets/select.ts'

describe('the numbers of Medicare', () => {
  const settings = {
    setupMinDays: 2,
    setupApartDays: 30,
    deviceLowDays: 2,
    deviceHighDays: 16,
    periodDays: 30,
    anchor: 'first-reading',
    emptyPeriod: 'continue',
    graceDays: 5,
    timeLowS: 600,
    timeBaseS: 1200,
    timeStepS: 1200,
    stepCap: 3,
    stepFlag: 2,
    physicianS: 1800,
    interactiveMinS: 60,
    emDay: 'exclude-all',
    allow99091: false,
    idleS: 120,
    longSessionS: 3600,
    longStaffDayS: 36_000,
    batchDates: 3,
    uploadGapMinutes: 1,
    futureMinutes: 10,
    retentionYears: 10,
  }

  test('are the same object on all dates on which they hold for a patient, and another where a rule set stands in', () => {
    const of = rulesFor(medicare, {})
    const last = medicare
      .map(({ to }) => to)
      .toSorted()
      .at(-1)!
    assert.equal(of('2026-03-01'), of('2026-04-01'))
    assert.notEqual(of('2026-03-01'), of('2025-03-01'))
    assert.deepEqual([of(last).standIn, of('9999-12-31').standIn, of(last).standIn], [false, true, false])
    assert.equal(of('9999-12-31').ruleSet, of(last).ruleSet)
  })

  test('are those of the rules, in 2026 and provisionally in 2027', () => {
    const [, y2026, y2027] = medicare
    assert.deepEqual([y2026?.settings, y2027?.settings], [settings, settings])
    assert.deepEqual([y2026?.provisional, y2027?.provisional], [false, true])
  })

  test('in 2025 want 16 days for the set-up, and there are no codes for 2 to 15 days or 10 minutes', () => {
    const [y2025, y2026] = medicare
    assert.deepEqual(y2025?.settings, { ...settings, setupMinDays: 16 })
    const codes = new Set(y2025?.codes.map(({ code }) => code))
    const added = y2026?.codes.filter(({ code }) => !codes.has(code)).map(({ code }) => code)
    assert.deepEqual(added, ['98979', '98984', '98985', '98986', '99445', '99470'])
    const sources = y2025?.codes.map(({ source, evidence }) => [evidence, source.includes('2025')])
    assert.ok(sources?.every(([evidence, dated]) => dated === (evidence !== 'P')))
  })

  test('pay in each year the national rates outside a facility', () => {
    const ratesOf = (year: number) =>
      Object.fromEntries(medicare[year - 2025]?.rates.map(({ code, cents }) => [code, cents]) ?? [])
    const rates2026 = { 99453: 2171, 99445: 5211, 99454: 5211, 99457: 5177, 99458: 4142, 99470: 2605 }
    assert.deepEqual(ratesOf(2025), { 99453: 1973, 99454: 4302, 99457: 4787, 99458: 3849 })
    assert.deepEqual([ratesOf(2026), ratesOf(2027)], [rates2026, rates2026])
  })

  test('follow one another without a gap, and name nothing twice', () => {
    medicare.forEach(({ from, to, codes, categories, credentials, rates }, index) => {
      const next = medicare[index + 1]
      if (next) assert.equal(next.from, dateOf(dayOf(to) + 1))
      assert.ok(from <= to)
      const lists = [
        codes.map(({ code }) => code),
        categories.map(({ category }) => category),
        credentials.map(({ credential }) => credential),
        rates.map(({ code }) => code),
      ]
      for (const list of lists) assert.equal(new Set(list).size, list.length)
      const known = new Set(codes.map(({ code }) => code))
      assert.deepEqual(
        rates.filter(({ code }) => !known.has(code)),
        [],
      )
    })
  })
})
