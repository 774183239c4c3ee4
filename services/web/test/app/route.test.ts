import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role, Session } from '@cufflink/contracts'
import {
  homeOf,
  pagesOf,
  pathOfChanges,
  pathOfChart,
  pathOfDashboard,
  pathOfEntries,
  pathOfMonth,
  pathOfPractice,
  routeOf,
} from '../../src/app/route.ts'

test('each page has an address that leads back to it', () => {
  assert.deepEqual(routeOf('/'), { page: 'home' })
  assert.deepEqual(routeOf('/ops/'), { page: 'ops' })
  assert.deepEqual(routeOf(pathOfPractice('cedar')), { page: 'practice', practice: 'cedar' })
  assert.deepEqual(routeOf(pathOfChart('cedar', 'p-1')), { page: 'chart', practice: 'cedar', patient: 'p-1' })
  assert.deepEqual(routeOf(pathOfMonth('cedar', '2026-03')), {
    page: 'month',
    practice: 'cedar',
    month: '2026-03',
  })
  assert.deepEqual(routeOf(pathOfDashboard('cedar')), { page: 'dashboard', practice: 'cedar' })
  assert.deepEqual(routeOf(pathOfChanges('cedar')), { page: 'changes', practice: 'cedar' })
  assert.deepEqual(routeOf(pathOfEntries('cedar')), { page: 'entries', practice: 'cedar' })
})

test('what is no address of ours is unknown', () => {
  for (const path of ['/x', '/practices', '/practices/Cedar', '/practices/a/patients', '/practices/a/b'])
    assert.deepEqual(routeOf(path), { page: 'unknown' }, path)
  for (const month of ['2026-13', '2026-3', '26-03'])
    assert.deepEqual(routeOf(`/practices/a/months/${month}`), { page: 'unknown' })
})

const session = (...roles: Role[]): Session => ({
  user: 'ada',
  name: 'Ada Quinn, RN',
  roles,
  practice: { id: 'cedar', name: 'Cedar Heart', zone: 'America/New_York' },
})
const names = (...roles: Role[]) => pagesOf(session(...roles), '2026-02').map(({ name }) => name)

test('everybody is shown the pages of their roles, and no other', () => {
  assert.deepEqual(names('clinician'), ['Patients'])
  assert.deepEqual(names('biller'), ['Patients', 'Dashboard', 'Month close', 'Changes'])
  assert.deepEqual(names('ops'), ['Operations'])
  assert.deepEqual(names('administrator'), [
    'Patients',
    'Dashboard',
    'Month close',
    'Changes',
    'Approvals',
    'Operations',
  ])
})

test('everybody begins with a page that they may open', () => {
  assert.equal(homeOf(session('clinician')), '/practices/cedar')
  assert.equal(homeOf(session('ops')), '/ops')
})
