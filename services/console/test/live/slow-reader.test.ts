import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Patch, PatientRow, Window } from '@cufflink/contracts'
import { firstOrder, patched } from '@cufflink/contracts/list'
import { firstWindow, openListWindow } from '../../src/live/list-window.ts'
import { follow } from '../../src/live/outlet.ts'
import { createPatientList } from '../../src/live/patient-list.ts'
import { rowOf } from './rows.ts'

const PATIENTS = 5_000
const TAKES_BYTES = 100_000
const CHANGES = 200
const SECONDS = 120
const BEHIND_S = 10
/** The most rows that a page may ask for. */
const ROWS = 500

/** A row as it became in a second, which `lastReadingAt` tells. */
const rowAt = (index: number, second: number): PatientRow =>
  rowOf(`p-${index}`, {
    name: `Patient number ${index} of a large practice`,
    dataDays: second % 17,
    period: { start: '2026-03-01', end: '2026-03-30', readingsPerDate: Array.from({ length: 30 }, () => 4) },
    codes: [{ code: '99445', status: 'supported', units: 1 }],
    working: ['nurse-ada'],
    lastReadingAt: second,
  })

/** A line on which so much goes out with each second, whatever waits. */
function slowLine(received: (text: string) => void) {
  let waiting: { readonly text: string; readonly sent: () => void; left: number } | undefined
  let atOnce = 0
  return {
    outlet: {
      send(text: string, sent: () => void) {
        assert.equal(waiting, undefined, 'one message waits at most')
        waiting = { text, sent, left: Buffer.byteLength(text) }
        atOnce = Math.max(atOnce, waiting.left)
      },
    },
    passSecond() {
      for (let budget = TAKES_BYTES; waiting !== undefined && budget > 0; ) {
        const taken = Math.min(budget, waiting.left)
        budget -= taken
        waiting.left -= taken
        if (waiting.left > 0) return
        const { text, sent } = waiting
        waiting = undefined
        received(text)
        sent()
      }
    },
    get longest() {
      return atOnce
    },
  }
}

test('A reader that takes 100 kB/s of a practice of 5,000 patients is never more than 10 s behind, whatever changes', () => {
  const list = createPatientList()
  const changedAt = new Map<string, number[]>()
  const change = (index: number, second: number): PatientRow => {
    changedAt.getOrInsertComputed(`p-${index}`, () => []).push(second)
    return rowAt(index, second)
  }
  list.update(Array.from({ length: PATIENTS }, (_, index) => change(index, 0)))
  const heading = () => ({
    practice: { id: 'riverside', name: 'Riverside', zone: 'America/New_York' },
    clockRate: 1,
    now: 0,
  })
  const window = openListWindow(list, heading)
  window.move({ ...firstWindow, type: 'window.request', count: ROWS })
  let shown: Window | undefined
  const line = slowLine((text) => {
    const message = JSON.parse(text) as Window | Patch
    shown = message.type === 'window' ? message : patched(shown!, message)
    assert.ok(shown, 'a patch does not fit')
  })
  const reader = follow(line.outlet, () => window.news([]))
  reader.wake()
  for (let second = 1; second <= SECONDS; second += 1) {
    for (let n = 0; n < CHANGES; n += 1) {
      list.update([change((second * 7_919 + n * 104_729) % PATIENTS, second)])
      reader.wake()
    }
    // All that is in the window at once, as when a date changes.
    if (second % 30 === 0) {
      list.update(Array.from({ length: PATIENTS }, (_, index) => change(index, second)))
      reader.wake()
    }
    if (second % 45 === 0) {
      const direction = second % 2 === 0 ? 'ascending' : 'descending'
      window.move({
        ...firstWindow,
        type: 'window.request',
        order: { ...firstOrder, direction },
        count: ROWS,
      })
      reader.wake()
    }
    line.passSecond()
    if (second > BEHIND_S) assert.ok(shown, 'nothing has come')
    for (const { patient, lastReadingAt } of shown?.rows ?? []) {
      const newest = changedAt.get(patient)!.findLast((at) => at <= second - BEHIND_S) ?? 0
      assert.ok(
        lastReadingAt! >= newest,
        `${patient} is shown as of second ${lastReadingAt} in second ${second}`,
      )
    }
  }
  assert.ok(line.longest < BEHIND_S * TAKES_BYTES)
})
