import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chart, Fact } from '@cufflink/contracts'
import { at, handClock } from '../charts-fixture.ts'
import { datesFrom, deviceOf, factsOf, give, month, nurseOf, SINCE } from '../closing/closing-fixture.ts'
import { enrol, openEngines, startConsoleOn } from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

const practice = 'riverside'
const DAY_MS = 86_400_000

test('what was written while the host’s clock was a year ahead counts now, of every kind', async () => {
  const time = handClock(at('2026-03-20', '22:00'))
  await using engines = await openEngines()
  await using console = await startConsoleOn(engines, { time })
  await enrol(console, practice)
  const nurse = await console.person(practice, nurseOf(practice))
  const file = { practice, dates: datesFrom('2026-03-01', 16), seconds: 1_500, call: true, note: true }
  const ahead = (fact: Fact): Fact => ({ ...fact, at: fact.at + 365 * DAY_MS })
  await give(engines, factsOf({ ...file, patient: 'p-1' }))
  await give(engines, factsOf({ ...file, patient: 'p-2' }).map(ahead))
  for (const patient of ['p-1', 'p-2']) {
    const device = deviceOf(practice, patient)
    await console.operator.call('registerDevice', { params: { practice }, body: { device, model: 'BPM' } })
    await console.operator.call('assignDevice', {
      params: { practice, device },
      body: { patient, from: SINCE },
    })
  }
  const chartOf = async (patient: string): Promise<Chart> => {
    const reader = openReader(nurse, 'livePatient', { practice, patient, month })
    await reader.until((charts) => charts.length > 0, `the chart of ${patient}`)
    return reader.messages.at(-1)!
  }
  const said = ({ row, gates, lines, tally }: Chart) => ({
    days: row.dataDays,
    gates: gates.map(({ gate, ok }) => [gate, ok]),
    lines: lines.map(({ code, status, units }) => [code, status, units]),
    seconds: tally.seconds,
    conversations: tally.conversations,
  })
  const expected = said(await chartOf('p-1'))
  assert.equal(expected.days, 16)
  assert.ok(expected.seconds > 0 && expected.conversations > 0)
  assert.ok(expected.lines.some(([code, status]) => code === '99454' && status === 'supported'))
  assert.deepEqual(said(await chartOf('p-2')), expected)
})
