import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { medicare, rulesPage } from '../../src/index.ts'

const page = new URL('../../../../docs/rules.md', import.meta.url)

test('docs/rules.md is what the rule data says', () => {
  const text = rulesPage(medicare)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text)
  assert.ok(
    existsSync(page) && readFileSync(page, 'utf8') === text,
    'not current: run UPDATE_DOCS=1 node --test packages/billing/test/rulesets/page.test.ts',
  )
})

test('docs/rules.md names every code, threshold and rate of 2026', () => {
  const text = rulesPage(medicare)
  for (const expected of [
    '`99445` | Device supply, 2 to 15 data-days | 2 to 15 data-days of a 30-day period | $52.11',
    '`99470` | Treatment management, first 10 minutes | 600 to 1199 s',
    '`99458`',
    '$41.42',
    '`98986`',
  ]) {
    assert.ok(text.includes(expected), expected)
  }
})
