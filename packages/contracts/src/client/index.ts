export type { Client, ClientOptions, Fetch, Violation } from './client.ts'
export { createClient, Refused } from './client.ts'
export { pathOf } from './path.ts'
