import { hash } from 'node:crypto'
import type { LedgerRecord } from './port.ts'

/** The head of a partition that holds nothing. */
export const EMPTY_HEAD = ''

/**
 * The head of a partition after one more record: a hash over the record and the head before it, and so over every record before
 * it, their offsets and their order. The key's length keeps key and text apart.
 */
export const headAfter = (
  head: string,
  { offset, key, text }: Omit<LedgerRecord, 'topic' | 'partition'>,
): string => hash('sha256', `${head} ${offset} ${key.length} ${key}${text}`, 'hex')
