import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { at, called, entered, foldTime, MINUTE, worked } from '@cufflink/folds/invented/facts'
import { timer } from '@cufflink/folds/invented/timers'
import { type Enrolment, medicare, tallyMonth } from '../../src/index.ts'
import { enrolment, evaluated, line } from '../patients.ts'

const on = '2026-03-10'
const tally = (
  time: readonly MinutesFact[],
  {
    month = '2026-03',
    file = {},
    asOf = at('2026-06-01'),
  }: {
    month?: string
    file?: Partial<Enrolment>
    asOf?: number
  } = {},
) =>
  tallyMonth(
    {
      ruleSets: medicare,
      enrolment: enrolment(file),
      asOf,
      minutes: foldTime(time.filter(({ data }) => data.patient === 'p-1')),
      clinicians: foldTime(time),
    },
    month,
  )

describe('the tally of a month', () => {
  test('has the seconds that are billed, by program, and the rows they come from', () => {
    const time = [
      worked(on, 600.6),
      worked('2026-03-11', 600.6, { category: 'education', clinician: 'dr-lee' }),
      worked('2026-03-12', 300, { program: 'RTM' }),
      worked('2026-03-13', 240, { program: 'CCM' }),
      worked('2026-03-14', 120, { category: 'shipping' }),
      called(on),
    ]
    const held = tally(time)
    assert.deepEqual(held.byProgram, [
      { program: 'CCM', seconds: 240 },
      { program: 'RPM', seconds: 1201 },
      { program: 'RTM', seconds: 300 },
    ])
    assert.equal(held.seconds, 1501)
    assert.equal(line(evaluated({ time, on }), '99457').have.seconds, 1201)
    assert.deepEqual(
      held.rows.map((row) => [row.program, row.category, row.clinician, row.creditedMs, row.deductedMs]),
      [
        ['CCM', 'data-review', 'nurse-ada', 240_000, 0],
        ['RPM', 'data-review', 'nurse-ada', 600_600, 0],
        ['RPM', 'education', 'dr-lee', 600_600, 0],
        ['RPM', 'shipping', 'nurse-ada', 0, 120_000],
        ['RTM', 'data-review', 'nurse-ada', 300_000, 0],
      ],
    )
    assert.deepEqual(held.deductions, [{ why: 'CATEGORY_NEVER_COUNTS', ms: 120_000 }])
    assert.deepEqual(
      held.conversations.map(({ startedAt, endedAt }) => [startedAt, endedAt]),
      [[at(on, '09:00'), at(on, '09:03')]],
    )
  })

  test('is that of the practice’s zone, and has of a stretch across its end the part inside', () => {
    const held = tally([entered({ from: at('2026-03-31', '23:50'), until: at('2026-04-01', '00:20') })])
    assert.deepEqual([held.from, held.to], [at('2026-03-01', '00:00'), at('2026-04-01', '00:00')])
    assert.deepEqual(
      held.stretches.map(({ start, end, creditedMs }) => [start, end, creditedMs]),
      [[at('2026-03-31', '23:50'), at('2026-04-01', '00:20'), 10 * MINUTE]],
    )
    assert.deepEqual(tally([worked(on, 60)], { month: '2026-04' }).stretches, [])
  })

  test('shows every stretch, with what was taken from it and why', () => {
    const overlap = entered({ from: at(on, '10:05'), until: at(on, '10:15') })
    const other = entered({ from: at(on, '10:00'), until: at(on, '10:10'), patient: 'p-2' })
    const visit = worked('2026-03-12', 300)
    const file = { visits: [{ visitedAt: at('2026-03-12'), practitioner: 'dr-lee' }] }
    const held = tally([overlap, other, visit], { file })
    assert.deepEqual(
      held.stretches.map(({ start, creditedMs, deductions }) => [start, creditedMs, deductions]),
      [
        [at(on, '10:05'), 5 * MINUTE, [{ why: 'STAFF_OVERLAP', ms: 5 * MINUTE }]],
        [at('2026-03-12', '10:00'), 0, [{ why: 'EM_DAY', ms: 5 * MINUTE }]],
      ],
    )
  })

  test('shows a timer that runs, even at its very start, one that was amended, and one that was voided', () => {
    const startedAt = at(on, '10:00')
    const one = timer({ startedAt })
    const states = (facts: readonly MinutesFact[], asOf = at('2026-06-01')) =>
      tally(facts, { asOf }).stretches.map((held) => [
        held.running,
        held.voided,
        held.amendments,
        held.version,
        held.creditedMs,
        held.deductions,
      ])
    assert.deepEqual(states([one.started()]), [[true, false, 0, 0, 0, [{ why: 'NOT_POSITIVE', ms: 0 }]]])
    const proven = [one.started(), one.extended(startedAt + MINUTE)]
    assert.deepEqual(states(proven), [[true, false, 0, 0, MINUTE, []]])
    const stopped = [...proven, one.stopped(startedAt + 2 * MINUTE)]
    assert.deepEqual(states(stopped), [[false, false, 0, 0, 2 * MINUTE, []]])
    const amended = [...stopped, one.amended(startedAt, startedAt + 5 * MINUTE)]
    assert.deepEqual(states(amended), [[false, false, 1, 3, 5 * MINUTE, []]])
    const voided = [...amended, one.voided(startedAt + 20 * MINUTE)]
    assert.deepEqual(states(voided), [[false, true, 1, 4, 0, [{ why: 'VOIDED', ms: 5 * MINUTE }]]])
    assert.deepEqual(states(voided, startedAt + 10 * MINUTE), [[false, false, 1, 3, 5 * MINUTE, []]])
  })
})
