import assert from 'node:assert/strict'
import { test } from 'node:test'
import { staffOf } from '../../src/worklist/today-staff.ts'

const day = (clinician: string, seconds: number, date = '2026-03-04') => ({
  clinician,
  name: clinician,
  date,
  seconds,
})

test('lists who worked on the date, most first, and no one’s yesterday', () => {
  const days = [day('ada', 60), day('ben', 600), day('cy', 0), day('di', 900, '2026-03-03')]
  assert.deepEqual(
    staffOf(days, '2026-03-04').map(({ clinician }) => clinician),
    ['ben', 'ada'],
  )
})
