import { randomUUID } from 'node:crypto'
import { kafkaForTests } from '@cufflink/testkit'
import { openKafkaLedger } from '../src/index.ts'
import { ledgerConformance } from '../src/testing.ts'

const { brokers } = await kafkaForTests()

ledgerConformance('The Kafka ledger', async () => {
  const prefix = `test.${randomUUID()}.`
  const reopen = () => openKafkaLedger({ brokers, partitions: 4, prefix })
  return { ledger: await reopen(), reopen }
})
