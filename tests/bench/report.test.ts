import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReport } from '../../bench/report.ts'

function printed(json: boolean, add: (report: ReturnType<typeof createReport>) => void): string {
  let text = ''
  add(createReport({ json, write: (more) => void (text += more) }))
  return text
}

const fields = ['bench', 'engine', 'ours', 'reference', 'ratio', 'p50Ms', 'p99Ms', 'cpuUsPerMsg']
const measurement = { bench: 'b', engine: 'e', ours: 30, reference: 40 }

test('--json prints one object with every field per line, null where a thing is not measured', () => {
  const text = printed(true, (report) => {
    report.note('not for machines')
    report.add(measurement)
    report.add({ ...measurement, p50Ms: 0.5, p99Ms: 2.0004, cpuUsPerMsg: 9 })
  })
  const [first, second] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(Object.keys(first ?? {}), fields)
  assert.deepEqual([first?.['ratio'], first?.['p50Ms'], first?.['cpuUsPerMsg']], [0.75, null, null])
  assert.deepEqual(Object.keys(second ?? {}), fields)
  assert.deepEqual([second?.['p50Ms'], second?.['p99Ms'], second?.['cpuUsPerMsg']], [0.5, 2, 9])
})

test('without it, a line says it to a person, beside its reference', () => {
  const text = printed(false, (report) => report.add(measurement))
  assert.match(text, /^b +e +30\/s +reference 40\/s +ratio 0\.75\n$/)
})
