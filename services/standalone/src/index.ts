export type { Standalone, StandaloneOptions } from './app.ts'
export { startStandalone } from './app.ts'
export { StandaloneConfig } from './config.ts'
