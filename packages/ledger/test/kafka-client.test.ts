import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kafkaForTests } from '@cufflink/testkit'
import { createKafka } from '../src/kafka-client.ts'

const WATCH_MS = 300

test('an idle connection schedules no timers (kafkajs on Node 24 and later wakes every millisecond)', async (t) => {
  await using kafka = await kafkaForTests()
  const admin = createKafka(kafka.brokers).admin()
  await admin.connect()
  const real = globalThis.setTimeout
  let scheduled = 0
  t.mock.method(globalThis, 'setTimeout', (...args: Parameters<typeof setTimeout>) => {
    scheduled += 1
    return real(...args)
  })
  await new Promise((resolve) => real(resolve, WATCH_MS))
  t.mock.restoreAll()
  await admin.disconnect()
  assert.ok(scheduled < 10, `${scheduled} timers in ${WATCH_MS} ms`)
})
