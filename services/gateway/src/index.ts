export type { Gateway, GatewayOptions } from './app.ts'
export { startGateway } from './app.ts'
export { GatewayConfig } from './config.ts'
