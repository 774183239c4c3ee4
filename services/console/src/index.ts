export type { Console, ConsoleOptions } from './app.ts'
export { startConsole } from './app.ts'
export { ConsoleConfig } from './config.ts'
