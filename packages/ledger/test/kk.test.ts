import { randomUUID } from 'node:crypto'

import { openKafkaLedger } from '../src/index.ts'
import { ledgerConformance } from '../src/testing.ts'

const { brokers } = { brokers: ['127.0.0.1:19092'] }

ledgerConformance('The Kafka ledger', async () => {
  const prefix = `test.${randomUUID()}.`
  const reopen = () => openKafkaLedger({ brokers, partitions: 4, prefix })
  return { ledger: await reopen(), reopen }
})
