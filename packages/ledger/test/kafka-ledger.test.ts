import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import { kafkaForTests } from '@cufflink/testkit'
import { openKafkaLedger } from '../src/index.ts'
import { ledgerConformance } from '../src/testing.ts'

const kafka = await kafkaForTests()
const { brokers } = kafka
after(() => kafka[Symbol.asyncDispose]())

ledgerConformance('The Kafka ledger', async () => {
  const prefix = `test.${randomUUID()}.`
  const reopen = () => openKafkaLedger({ brokers, partitions: 4, prefix })
  return { ledger: await reopen(), reopen }
})
