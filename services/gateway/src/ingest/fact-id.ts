import { hash } from 'node:crypto'
import type { Reading } from '@cufflink/contracts'
import { readingIdentity } from '@cufflink/devices'

/** 160 bits of SHA-256, as 27 characters: two different facts never share one. */
export const factId = (identity: string): string => hash('sha256', identity, 'base64url').slice(0, 27)

/** The same for each sending of the same reading: by the vendor's record id, else by what makes it this reading. */
export const readingId = (reading: Reading): string => factId(readingIdentity(reading))
