import { hash, timingSafeEqual } from 'node:crypto'

/** Whether two keys are the same, in a time that says nothing of where they differ. */
export const isKey = (given: string, expected: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))
