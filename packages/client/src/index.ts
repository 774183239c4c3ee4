export type { Client, ClientOptions, Fetch } from './client.ts'
export { createClient, Refused } from './client.ts'
export { pathOf } from './path.ts'
